#!/bin/sh
# Builds and runs the tests of the memory filesystem on this machine. Needs a C compiler only.
#   run.sh [first seed] [runs]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cc=${CC:-cc}
flags="-std=gnu11 -g -O1 -Wall -Wextra -Werror -I$here/include"
sources=$(ls "$here"/../*.c | grep -v -e /chdir.c -e /dup.c -e /mode.c)    # these stand on wasi-libc

echo 'int main(void) { return 0; }' > "$out/try.c"
if $cc -fsanitize=address,undefined -o "$out/try" "$out/try.c" 2>/dev/null && "$out/try"; then
    flags="$flags -fsanitize=address,undefined -fno-sanitize-recover=all"
else
    echo 'no sanitizers here: running without'
fi

for test in cases mounts differential; do
    $cc $flags -o "$out/$test" "$here/$test.c" "$here/calls.c" "$here/host.c" $sources
done
$cc $flags -Dmalloc=test_malloc -Dcalloc=test_calloc -Drealloc=test_realloc \
    -o "$out/memory" "$here/memory.c" "$here/calls.c" "$here/host.c" $sources
mkdir "$out/work"
"$out/cases"
"$out/memory"
"$out/mounts" "$out/work"
"$out/differential" "$out/work" "${1:-1}" "${2:-40}"
echo 'memfs: all tests passed'
