//! Liquidation and bad debt.

mod cancel_liquidatable_orders;
mod give_notice;
mod liquidate;
mod liquidate_on_book;
mod markets;
mod parties;
mod release;
mod resolve_bad_debt;
mod seize;
mod waterfall;
mod wind_down_seized;

pub use {
    cancel_liquidatable_orders::*, give_notice::*, liquidate::*, liquidate_on_book::*, release::*, resolve_bad_debt::*,
    seize::*, wind_down_seized::*,
};
