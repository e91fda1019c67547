//! The instructions, one file each.

pub mod account;
mod admission;
pub mod block;
pub mod exchange;
pub mod governance;
pub mod lending;
pub mod liquidation;
pub mod listing;
mod load;
pub mod market;
mod mint;
pub mod settlement;
pub mod surface;
mod token;
pub mod trading;

// Whole modules: Anchor's macros look for what they derive beside each accounts struct.
pub use account::{
    close_margin_account::*, deposit::*, open_margin_account::*, set_delegate::*, transfer_cash::*,
    transfer_position::*, view_margin::*, withdraw::*,
};
pub use block::block_trade::*;
pub use exchange::{fund_insurance::*, grow_board::*, initialize_exchange::*, set_pause::*};
pub use governance::{
    accept_authority::*, cancel_change::*, change_collateral::*, change_fees::*, change_instrument::*,
    change_margin::*, change_underlying::*, nominate_authority::*, propose_change::*, relax_underlying::*,
    set_timelock::*, set_withdrawal_limit::*, tighten_collateral::*, tighten_instrument::*, tighten_underlying::*,
    trip_breaker::*,
};
pub use lending::{accrue_interest::*, set_interest::*, update_interest::*};
pub use liquidation::{liquidate::*, liquidate_token::*, resolve_bad_debt::*};
pub use listing::{
    list_collateral::*, list_future::*, list_option::*, list_perpetual::*, list_underlying::*, set_product_group::*,
};
pub use market::{grow_market::*, refresh_options::*, refresh_underlying::*, sample_market::*, sweep::*};
pub use settlement::{delist::*, sample_settlement::*, settle_expiry::*, settle_position::*, wind_down_perpetual::*};
pub use surface::{open_expiry::*, open_surface::*, publish_volatility::*, set_publishers::*};
pub use trading::{
    accounts::*, batch_orders::*, cancel_all_orders::*, cancel_by_client_id::*, cancel_order::*, place_order::*,
    prune_expired::*, replace_order::*,
};
