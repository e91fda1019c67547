//! Tests of the model as a whole. What they hold is numbered in `INVARIANTS.md`; each test cites its numbers.
//!
//! Random cases are made from a seed. A failing case prints its seed; `BALLAST_SEED=<seed>` runs that case alone, and
//! `BALLAST_CASES=<n>` multiplies the number of cases by n.

mod block;
mod bounds;
mod default;
mod deposit;
mod differential;
mod efficiency;
mod funding;
mod grid;
mod invariants;
mod keys;
mod lending;
mod liquidation;
mod netting;
mod on_book;
mod option;
mod outflow;
mod position;
mod publish;
mod ramp;
mod random;
mod rational;
mod reference;
mod rule;
mod settlement;
mod slice;
mod transfer;
mod underlying;
mod vectors;
mod world;
