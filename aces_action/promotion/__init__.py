"""What one environment serves, known to be good there, and how its very bytes get to another."""
