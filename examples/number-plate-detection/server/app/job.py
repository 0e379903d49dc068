"""One Batch job: `job` as the container's argument. It reads INPUT_S3_URI, and leaves the answer at OUTPUT_S3_URI."""

import json
import os
import tarfile
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import algorithm
import boto3


def main() -> None:
    """A job has no /opt/ml/model: it fetches its weights itself, from where the job definition says."""
    s3 = boto3.client("s3")

    def place(variable: str) -> dict[str, str]:
        parts = urlsplit(os.environ[variable])
        return {"Bucket": parts.netloc, "Key": parts.path.lstrip("/")}

    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "deploy.tar.gz")
        s3.download_file(**place("WEIGHTS_S3_URI"), Filename=str(archive))
        with tarfile.open(archive) as members:
            members.extractall(folder, filter="data")
        archive.unlink()
        model = algorithm.load(Path(folder))
    print(f"loaded {os.environ['WEIGHTS_S3_URI']}", flush=True)
    body = s3.get_object(**place("INPUT_S3_URI"))["Body"].read()
    answer = algorithm.infer(model, body)
    s3.put_object(**place("OUTPUT_S3_URI"), Body=json.dumps(answer, ensure_ascii=False).encode(), ContentType="application/json")
    print(f"answered {len(body):,} bytes", flush=True)


if __name__ == "__main__":
    main()
