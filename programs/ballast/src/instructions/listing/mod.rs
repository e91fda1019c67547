//! Listing of underlyings, collateral and instruments, by the admin.

pub mod instrument;
mod list_collateral;
mod list_future;
mod list_option;
mod list_perpetual;
mod list_underlying;
mod set_product_group;

pub use {
    list_collateral::*, list_future::*, list_option::*, list_perpetual::*, list_underlying::*, set_product_group::*,
};
