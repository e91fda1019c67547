//! The volatility surface: the one input of the model that is trusted, and bounded.

mod open_expiry;
mod open_surface;
mod publish_volatility;
mod set_publishers;

pub use {open_expiry::*, open_surface::*, publish_volatility::*, set_publishers::*};
