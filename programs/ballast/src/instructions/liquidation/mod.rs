//! Liquidation and bad debt.

mod give_notice;
mod liquidate;
mod liquidate_token;
mod parties;
mod release;
mod resolve_bad_debt;
mod seize;
mod waterfall;
mod wind_down_seized;

pub use {
    give_notice::*, liquidate::*, liquidate_token::*, release::*, resolve_bad_debt::*, seize::*, wind_down_seized::*,
};
