//! The volatility surface: the one input of the model that is trusted, and bounded.

mod tables;
mod volatility;
