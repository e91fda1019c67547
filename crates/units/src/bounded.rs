//! Plain arithmetic for values whose result is proven to fit.
//!
//! On sBPF a checked 64-bit multiplication costs about a hundred compute units (it is done in 128 bits) and a checked
//! addition about fourteen; a plain one costs one. The bounds are proven where values are admitted; debug builds check
//! each result again.

/// `a · b` where the caller's bounds prove that it fits.
#[inline(always)]
pub const fn mul_bounded(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_mul(b).is_some(), "unproven bound of a product");
    a.wrapping_mul(b)
}

/// `a + b` where the caller's bounds prove that it fits.
#[inline(always)]
pub const fn add_bounded(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_add(b).is_some(), "unproven bound of a sum");
    a.wrapping_add(b)
}

/// `a − b` where the caller's bounds prove that it fits.
#[inline(always)]
pub const fn sub_bounded(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_sub(b).is_some(), "unproven bound of a difference");
    a.wrapping_sub(b)
}
