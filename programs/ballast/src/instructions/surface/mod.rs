//! The volatility surface: the one input of the model that is trusted, and bounded.

mod change_surface;
mod open_expiry;
mod open_surface;
mod publish_volatility;
mod set_publishers;

pub use {change_surface::*, open_expiry::*, open_surface::*, publish_volatility::*, set_publishers::*};
