"""P: what has to be true before anything is changed, by subject."""

from aces_action.problems.preflight.alarms_and_topics import P023, P024, P025, P036
from aces_action.problems.preflight.driver import P035
from aces_action.problems.preflight.endpoint import P027, P028
from aces_action.problems.preflight.environment_health import P037, P038, P039, P040, P041, P042, P045
from aces_action.problems.preflight.image import P003, P004, P005
from aces_action.problems.preflight.instances import P011, P018
from aces_action.problems.preflight.network import P026
from aces_action.problems.preflight.not_checked import P010, P029
from aces_action.problems.preflight.platform import P007, P008, P009, P030
from aces_action.problems.preflight.queue_limits import P043, P044
from aces_action.problems.preflight.queues import P019, P020, P021, P022
from aces_action.problems.preflight.quotas import P015, P016, P017, P031, P032
from aces_action.problems.preflight.roles import P006, P013, P014
from aces_action.problems.preflight.weights import P001, P002, P012

# fmt: off
__all__ = [
    "KINDS",
    "P001", "P002", "P003", "P004", "P005", "P006", "P007", "P008", "P009", "P010",
    "P011", "P012", "P013", "P014", "P015", "P016", "P017", "P018", "P019", "P020",
    "P021", "P022", "P023", "P024", "P025", "P026", "P027", "P028", "P029", "P030",
    "P031", "P032", "P035", "P036", "P037", "P038", "P039", "P040", "P041", "P042",
    "P043", "P044", "P045",
]

KINDS = (
    P001, P002, P003, P004, P005, P006, P007, P008, P009, P010,
    P011, P012, P013, P014, P015, P016, P017, P018, P019, P020,
    P021, P022, P023, P024, P025, P026, P027, P028, P029, P030,
    P031, P032, P035, P036, P037, P038, P039, P040, P041, P042,
    P043, P044, P045,
)
