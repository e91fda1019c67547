//! 128-bit multiplication and division for sBPF.
//!
//! LLVM's BPF backend turns `i128` products and quotients into calls of `__multi3`, `__udivti3` and so on. LLVM 23 passes
//! each argument as two registers, low word first, and expects the result's low word in `r0` and its high word in `r2`.
//! rustc up to 1.97 compiles a function that *returns* an `i128` differently on this target: it writes the result through
//! a hidden pointer. So the versions of `compiler_builtins` and of `solana-compiler-builtins` 0.3.0 compile and link, and
//! corrupt memory when they run. Those below take and return words, and leave the function by an explicit `exit`.
//!
//! A program links this crate with `#[cfg(target_arch = "bpf")] use sbf_rt as _;`. On any other architecture it is plain
//! functions, which the tests compare with the host's arithmetic. `toolchain/selftest` does the same on the built ELF.
#![no_std]
#![deny(missing_docs)]
#![cfg_attr(target_arch = "bpf", feature(asm_experimental_arch))]

#[cfg(target_arch = "bpf")]
use solana_compiler_builtins as _;

mod words;

use words::{Words, divide, multiply, negate};

/// Quotient of two's complement numbers, rounded towards zero.
fn divide_signed(x: Words, y: Words) -> Words {
    let quotient = divide(magnitude(x), magnitude(y)).0;
    if is_negative(x) != is_negative(y) { negate(quotient) } else { quotient }
}

/// Remainder of two's complement numbers, with the sign of the dividend.
fn remainder_signed(x: Words, y: Words) -> Words {
    let remainder = divide(magnitude(x), magnitude(y)).1;
    if is_negative(x) { negate(remainder) } else { remainder }
}

fn magnitude(x: Words) -> Words {
    if is_negative(x) { negate(x) } else { x }
}

fn is_negative(x: Words) -> bool {
    (x.1 as i64) < 0
}

/// Defines the functions that LLVM calls. On sBPF a function has no epilogue, so `exit` with the result in `r0` and `r2`
/// is a complete return.
macro_rules! library_calls {
    ($($(#[$doc:meta])* $name:ident => $operation:expr;)*) => { $(
        $(#[$doc])*
        ///
        /// # Safety
        /// For calls by generated code only: the high word of the result is in `r2`, where no Rust caller looks for it.
        #[cfg(target_arch = "bpf")]
        #[unsafe(no_mangle)]
        #[inline(never)]
        pub unsafe extern "C" fn $name(x_low: u64, x_high: u64, y_low: u64, y_high: u64) -> u64 {
            let (low, high): Words = $operation((x_low, x_high), (y_low, y_high));
            // SAFETY: both result registers are set, and nothing is left on the frame that a caller could miss.
            unsafe { core::arch::asm!("exit", in("r0") low, in("r2") high, options(noreturn, nostack)) }
        }

        $(#[$doc])*
        #[cfg(not(target_arch = "bpf"))]
        pub fn $name(x: i128, y: i128) -> i128 {
            words::join($operation(words::split(x), words::split(y)))
        }
    )* };
}

library_calls! {
    /// The low 128 bits of `x · y`.
    __multi3 => multiply;
    /// `x / y`, unsigned. Callers have checked `y`.
    __udivti3 => |x, y| divide(x, y).0;
    /// `x % y`, unsigned. Callers have checked `y`.
    __umodti3 => |x, y| divide(x, y).1;
    /// `x / y`, signed. Callers have checked `y` and the one overflow.
    __divti3 => divide_signed;
    /// `x % y`, signed. Callers have checked `y` and the one overflow.
    __modti3 => remainder_signed;
}

#[cfg(test)]
mod tests;
