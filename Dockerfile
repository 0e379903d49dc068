# What the action runs in. `make image` builds it, with BuildKit or without.

# The multi-platform index of Docker's official image. Two kinds of public record agree on it: repositories that pin this tag to it, and
# one that read the same index, byte for byte, from Docker Hub and from Amazon's mirror. Tag and digest are renewed by hand,
# since Dependabot reads no ARG: docker buildx imagetools inspect python:3.13-slim-trixie
ARG BASE_IMAGE=python:3.13.16-slim-trixie@sha256:70729b46c69b4f1e97c4822c1af3df53a1476cf5ddc6c087c0c10bc3a5678c2f
# Bytecode that is never compared with its source again, which nothing can change in an image, with the lines of its source but not the
# columns: smaller, and sooner read. Every build gives the same bytes, however many processors compile.
ARG COMPILE="env PYTHONNODEBUGRANGES=1 python3 -W ignore -m compileall -q -f -j 0 --invalidation-mode unchecked-hash"

FROM ${BASE_IMAGE} AS packages
ARG COMPILE
ENV PYTHONDONTWRITEBYTECODE=1
COPY requirements/runtime.txt /tmp/
RUN python3 -m venv --without-pip /action/.venv && \
    python3 -m pip --python /action/.venv/bin/python3 --disable-pip-version-check install --quiet --no-cache-dir --no-compile --no-deps \
        --require-hashes --only-binary :all: --root-user-action ignore --requirement /tmp/runtime.txt
COPY requirements/botocore_data.py requirements/loaded_modules.py docs/iam/*.json /tmp/kept/
# Only what is read of botocore's data, no test suites, only what is loaded of pandas and its like, nothing that only compilers and type
# checkers read, and a line that puts /action on the path (see ENTRYPOINT). Then the bytecode of what is loaded: the rest is a third of it,
# and is compiled where something asks for it after all.
# hadolint ignore=DL3003
RUN cd /action/.venv/lib/python3*/site-packages && \
    /action/.venv/bin/python3 /tmp/kept/botocore_data.py /tmp/data /tmp/kept && rm -r botocore/data && mv /tmp/data botocore/data && \
    find numpy pandas -type d -name tests -prune -exec rm -r {} + && \
    /action/.venv/bin/python3 -W ignore /tmp/kept/loaded_modules.py >/tmp/loaded && \
    find . -type f -regex '.*\.\(pyi\|pxd\|pyx\|h\|a\)' -delete && find . -type d -empty -delete && \
    echo /action > aces-action.pth && \
    ${COMPILE} -i /tmp/loaded
# The official images leave out the bytecode of the standard library, and with a read-only root every start would compile it again.
RUN mkdir /library && \
    find "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" -name '*.pyc' -newer /tmp/loaded \
        -exec cp --parents --target-directory /library {} +

FROM ${BASE_IMAGE} AS action
ARG COMPILE
COPY entrypoint.py /action/
COPY aces_action /action/aces_action
COPY schemas /action/schemas
RUN ${COMPILE} /action

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="aces-action" \
      org.opencontainers.image.description="Deploys an inference algorithm to SageMaker and AWS Batch and lists it on the ACES Platform" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=packages /library /
COPY --from=packages /action /action
# Last, and a layer of its own: a release that changes nothing else pulls no more.
COPY --from=action /action /action

# GitHub's runner starts this as root in the caller's checkout, /github/workspace, with the caller's environment and a HOME that other steps
# can write to. So neither USER nor WORKDIR, and -I: nothing is imported from the working directory, from PYTHONPATH or from HOME.
# -B writes no bytecode, -u keeps no line of the log back, -X utf8 whatever the locale.
ENTRYPOINT ["/action/.venv/bin/python3", "-I", "-B", "-u", "-X", "utf8", "/action/entrypoint.py"]
