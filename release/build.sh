#!/usr/bin/env bash
# Builds the checked out commit for one platform as a release: release/build.sh OUTPUT, with buildx's --output.
# Reads ARCHITECTURE, VERSION, OWNER and SOURCE_DATE_EPOCH. Tells the workflow the image's digest.
set -euo pipefail

mapfile -t labels < <(python3 -m release labels "$VERSION" "$OWNER")
options=()
for label in "${labels[@]}"; do options+=(--label "$label"); done
python3 -m release fill "$OWNER"
# What BuildKit attests by itself would tell of the machine, and no two builds be equal: the workflow attests afterwards.
# OCI's media types are the default of an archive, but of a push only since BuildKit 0.31: without a word for both, two digests.
docker buildx build --no-cache --platform "linux/$ARCHITECTURE" --provenance=false --sbom=false "${options[@]}" \
  --output "$1,oci-mediatypes=true" --metadata-file "$RUNNER_TEMP/built.json" .
digest=$(jq --raw-output '."containerimage.digest"' "$RUNNER_TEMP/built.json")
printf '%s\n' "digest=$digest" "$ARCHITECTURE=$digest" >>"$GITHUB_OUTPUT"
