//! Listing of underlyings, collateral and instruments, by the admin.

pub mod instrument;
pub mod list_collateral;
pub mod list_future;
pub mod list_option;
pub mod list_perpetual;
pub mod list_underlying;
pub mod set_product_group;
