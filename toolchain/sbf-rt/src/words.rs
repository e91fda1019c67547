//! 128-bit arithmetic on pairs of 64-bit words, without any 128-bit operation: those would call this very code.

/// A 128-bit number, low word first.
pub(crate) type Words = (u64, u64);

const HALF: u64 = 0xffff_ffff;
const BASE: u64 = 1 << 32;

#[cfg(not(target_arch = "bpf"))]
pub(crate) fn split(x: i128) -> Words {
    (x as u64, (x >> 64) as u64)
}

#[cfg(not(target_arch = "bpf"))]
pub(crate) fn join(x: Words) -> i128 {
    (((x.1 as u128) << 64) | x.0 as u128) as i128
}

/// Hides a value from LLVM. Otherwise it recognises the schoolbook product below and folds it back into a 128-bit
/// multiplication, that is into a call of `__multi3` by itself.
#[inline(always)]
#[cfg_attr(not(target_arch = "bpf"), allow(unused_mut))]
fn opaque(mut x: u64) -> u64 {
    #[cfg(target_arch = "bpf")]
    // SAFETY: an empty instruction that claims to change one register.
    unsafe {
        core::arch::asm!("/* {0} */", inout(reg) x, options(pure, nomem, nostack, preserves_flags))
    };
    x
}

/// The full product of two words.
#[inline(always)]
fn multiply_words(a: u64, b: u64) -> Words {
    let (a_low, a_high, b_low, b_high) = (a & HALF, a >> 32, b & HALF, b >> 32);
    let low = opaque(a_low.wrapping_mul(b_low));
    let cross_1 = opaque(a_low.wrapping_mul(b_high));
    let cross_2 = opaque(a_high.wrapping_mul(b_low));
    // At most 3 · (2^32 − 1) + (2^32 − 2)·2^32: it cannot wrap.
    let middle = (low >> 32).wrapping_add(cross_1 & HALF).wrapping_add(cross_2);
    let high = a_high.wrapping_mul(b_high).wrapping_add(cross_1 >> 32).wrapping_add(middle >> 32);
    ((middle << 32) | (low & HALF), high)
}

/// The low 128 bits of a product.
#[inline(always)]
pub(crate) fn multiply(x: Words, y: Words) -> Words {
    let (low, high) = multiply_words(x.0, y.0);
    (low, high.wrapping_add(x.0.wrapping_mul(y.1)).wrapping_add(x.1.wrapping_mul(y.0)))
}

#[inline(always)]
fn subtract(x: Words, y: Words) -> Words {
    let (low, borrow) = x.0.overflowing_sub(y.0);
    (low, x.1.wrapping_sub(y.1).wrapping_sub(borrow as u64))
}

/// The two's complement.
#[inline(always)]
pub(crate) fn negate(x: Words) -> Words {
    subtract((0, 0), x)
}

#[inline(always)]
fn at_least(x: Words, y: Words) -> bool {
    x.1 > y.1 || (x.1 == y.1 && x.0 >= y.0)
}

/// `x << shift`, for `shift` below 64.
#[inline(always)]
fn shift_left(x: Words, shift: u32) -> Words {
    if shift == 0 { x } else { (x.0 << shift, (x.1 << shift) | (x.0 >> (64 - shift))) }
}

/// Quotient and remainder of a two-word number by a word greater than its high word, so that the quotient is one word.
/// Hacker's Delight, `divlu`: two steps of long division in base 2^32 by a divisor whose top bit is set.
#[inline(always)]
fn divide_by_word(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    if high == 0 {
        return (low / divisor, low % divisor);
    }
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let (low, high) = shift_left((low, high), shift);
    let (digit_1, rest) = divide_step(high, low >> 32, divisor);
    let (digit_0, rest) = divide_step(rest, low & HALF, divisor);
    (digit_1.wrapping_mul(BASE).wrapping_add(digit_0), rest >> shift)
}

/// One digit of the quotient of `high · 2^32 + next` by a divisor whose top bit is set, and the remainder.
#[inline(always)]
fn divide_step(high: u64, next: u64, divisor: u64) -> (u64, u64) {
    let (divisor_high, divisor_low) = (divisor >> 32, divisor & HALF);
    // The guess from the leading half is at most two too great.
    let mut digit = high / divisor_high;
    let mut rest = high.wrapping_sub(digit.wrapping_mul(divisor_high));
    while digit >= BASE || digit.wrapping_mul(divisor_low) > (rest << 32).wrapping_add(next) {
        digit = digit.wrapping_sub(1);
        rest = rest.wrapping_add(divisor_high);
        if rest >= BASE {
            break;
        }
    }
    let remainder = high.wrapping_mul(BASE).wrapping_add(next).wrapping_sub(digit.wrapping_mul(divisor));
    (digit, remainder)
}

/// Quotient and remainder, unsigned. The divisor is not zero.
#[inline(always)]
pub(crate) fn divide(n: Words, divisor: Words) -> (Words, Words) {
    if divisor.1 == 0 {
        if n.1 == 0 {
            return ((n.0 / divisor.0, 0), (n.0 % divisor.0, 0));
        }
        let (high, rest) = if n.1 < divisor.0 { (0, n.1) } else { (n.1 / divisor.0, n.1 % divisor.0) };
        let (low, rest) = divide_by_word(rest, n.0, divisor.0);
        return ((low, high), (rest, 0));
    }
    if !at_least(n, divisor) {
        return ((0, 0), n);
    }
    // Both have a high word, so the quotient is one word. Half of n by the divisor's leading 64 bits gives it, or one more.
    let shift = divisor.1.leading_zeros();
    let leading = shift_left(divisor, shift).1;
    let half = ((n.0 >> 1) | (n.1 << 63), n.1 >> 1);
    let guess = divide_by_word(half.1, half.0, leading).0;
    let mut quotient = (guess >> (63 - shift)).saturating_sub(1);
    let (low, high) = multiply_words(quotient, divisor.0);
    let product = (low, high.wrapping_add(quotient.wrapping_mul(divisor.1)));
    let mut remainder = subtract(n, product);
    if at_least(remainder, divisor) {
        quotient += 1;
        remainder = subtract(remainder, divisor);
    }
    ((quotient, 0), remainder)
}
