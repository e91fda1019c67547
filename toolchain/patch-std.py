"""patch-std.py LIBRARY: makes a private copy of rust-src's library/ fit for sBPF.

Every edit names the text it looks for. When a later rustc has moved it, the script stops and says which.
"""

import sys
from pathlib import Path

LIBRARY = Path(sys.argv[1])
BPF = '#[cfg(target_arch = "bpf")]'
NOT_BPF = '#[cfg(not(target_arch = "bpf"))]'


class Source:
    """One file of the library, written back when the `with` block ends."""

    def __init__(self, name):
        self.path = LIBRARY / name

    def __enter__(self):
        self.text = self.path.read_text()
        return self

    def __exit__(self, error, *_):
        if error is None:
            self.path.write_text(self.text)

    def find(self, needle, start=0):
        at = self.text.find(needle, start)
        if at < 0:
            sys.exit(f"patch-std.py: {self.path} has no longer: {needle!r}; the patch needs a new version")
        return at

    def replace(self, old, new):
        at = self.find(old)
        self.text = self.text[:at] + new + self.text[at + len(old) :]

    def insert_after(self, needle, new, start=0):
        at = self.find(needle, start) + len(needle)
        self.text = self.text[:at] + new + self.text[at:]
        return at + len(new)


# Hash maps: a program has no randomness and no thread locals. Fixed keys, as in Solana's own std.
with Source("std/src/hash/random.rs") as s:
    begin = s.find("        thread_local!(static KEYS")
    end = s.find("    }\n}\n", begin)
    s.text = s.text[:begin] + "        RandomState { k0: 1, k1: 2 }\n" + s.text[end:]
    s.replace("use crate::cell::Cell;\n", "")
    s.replace("use crate::sys::random::hashmap_random_keys;\n", "")

# Allocation: the smallest alignment that an allocation of this architecture has (8 bytes).
with Source("std/src/sys/alloc/mod.rs") as s:
    s.insert_after('    target_arch = "csky",\n', '    target_arch = "bpf",\n')

# Panics: hand the PanicInfo to the program's `custom_panic` (the entrypoint macros of pinocchio and of
# solana-program-entrypoint define it), then abort, as in Solana's own std. Otherwise std's hooks pull in atomics and
# thread locals.
with Source("std/src/panicking.rs") as s:
    s.insert_after(
        "pub fn panic_handler(info: &core::panic::PanicInfo<'_>) -> ! {\n",
        f"""    {BPF}
    {{
        custom_panic(info);
        crate::process::abort()
    }}
    {NOT_BPF}
    panic_handler_std(info)
}}
#[cfg(all(not(any(test, doctest)), target_arch = "bpf"))]
#[linkage = "weak"]
#[unsafe(no_mangle)]
fn custom_panic(_info: &core::panic::PanicInfo<'_>) {{}}
#[cfg(not(any(test, doctest, target_arch = "bpf")))]
fn panic_handler_std(info: &core::panic::PanicInfo<'_>) -> ! {{
""",
    )
    begin = s.insert_after(
        ") -> ! {\n",
        f"    {BPF}\n    crate::process::abort();\n    {NOT_BPF} {{\n",
        s.find("fn panic_with_hook("),
    )
    end = s.find("\n}\n", begin)
    s.text = s.text[:end] + "\n    }" + s.text[end:]

# Out of memory: a panic with the size, not a message to a standard error that does not exist.
with Source("std/src/alloc.rs") as s:
    s.insert_after(
        "pub fn rust_oom(layout: Layout) -> ! {\n",
        f'    {BPF}\n    panic!("memory allocation of {{}} bytes failed", layout.size());\n    {NOT_BPF}\n',
    )
