#!/usr/bin/env bash
# same.sh GENERATOR: writes the vectors again, elsewhere, and compares them with those that are here.
set -euo pipefail

new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
"$1" "$new"
diff -rq --exclude='*.[ch]' --exclude='*.sh' "$INAMA_SOURCE_DIR/tests/vectors" "$new" || {
    echo "Write them again with: cmake --build ${INAMA_BUILD_DIR:-build/debug} --target vectors"
    exit 1
}
