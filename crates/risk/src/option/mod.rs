//! European options: the terms that a refresh writes, and how they move between refreshes.
//!
//! What is stored is always the *call* of the strike. A put is that call less the forward, exactly, in value, in delta and
//! in every scenario, so that put-call parity holds to the last unit and one array serves both.
//!
//! ```text
//! A[k]       = w · (C(S, σ) − C(S_k, σ_k))        loss of one long call in row k, Black-76 on the forward
//! convexity  = max over adjacent price nodes a < b of u·v / (u + v)
//!              u = C(b) − C(a) − C'(a)·(b − a),  v = C'(b)·(b − a) − (C(b) − C(a))
//! C(S + dS)  = C + mean delta · dS − decay · dt,   mean delta = Δ + ½Γ·dS, of a delta that stays within [0, 1]
//! drift      = |dS| · turn                        what the scan gains between refreshes
//!              turn = max_k w · |Δ_k · (1 + m_k·r) − Δ|
//! ```
//!
//! An entry of the array changes with the price by `w · (Δ − Δ_k · (1 + m_k·r))` to first order, since the nodes move with
//! the price; the largest of them over all rows bounds what a book's scan misses between refreshes.
//!
//! The convexity gap is how far a convex function can be below its chord between two nodes: the two tangents meet at exactly
//! that depth. It is at most twice the depth of the midpoint, half of that for a kink, and needs no further price. Every long
//! option is charged it, and it is not capped by the option's value: next to a short future, the option's gain at a node
//! would otherwise count where the option is not worth it.

mod present;
mod terms;

pub(crate) use present::Present;
pub use terms::OptionTerms;
pub(crate) use terms::{GAMMA_BITS, GAMMA_LIMIT};
