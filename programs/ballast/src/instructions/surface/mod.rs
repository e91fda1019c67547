//! The volatility surface: the one input of the model that is trusted, and bounded.

pub mod open_expiry;
pub mod open_surface;
pub mod publish_volatility;
pub mod set_publishers;
