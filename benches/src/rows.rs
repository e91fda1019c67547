//! All rows, in sections: the families of instructions in the program's order, and parts of instructions.

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Name, as in `results.json`.
    pub name: &'static str,
    /// Most compute units it may cost.
    pub ceiling: u64,
    /// What the design aims at in the end, where it says so.
    pub target: Option<u64>,
    /// What is measured.
    pub what: &'static str,
}

const fn row(name: &'static str, ceiling: u64, what: &'static str) -> Row {
    Row { name, ceiling, target: None, what }
}

impl Row {
    const fn target(mut self, units: u64) -> Self {
        self.target = Some(units);
        self
    }
}

/// A part of the table, with its heading.
pub type Section = (&'static str, &'static [Row]);

/// The whole table, in the order in which it is printed.
pub const SECTIONS: &[Section] = &[
    (
        "Margin check",
        &[
            row(
                "margin_check_16",
                8_600,
                "16 positions over 8 underlyings: `withdraw` with them less `withdraw` without",
            ),
            row("margin_check_64", 13_400, "64 positions over 8 underlyings, likewise").target(25_000),
            row("margin_check_per_position", 110, "a further position: (64 positions − 16 positions) / 48, rounded up")
                .target(250),
            row("margin_check_per_underlying", 780, "a further underlying: (16 over 8 − 16 over 2) / 6, rounded up"),
            row(
                "margin_check_64_mixed",
                25_000,
                "64 positions over 8 underlyings: on each a perpetual, three futures and four options, whose price and time are \
                 no longer those of their arrays",
            )
            .target(25_000),
            row("margin_check_64_options", 29_500, "the same with a perpetual, a future and six options on each"),
            row("margin_check_per_option", 410, "a further option: (64 positions − 32 positions) / 32 of the last row"),
            row(
                "margin_check_first_options",
                1_100,
                "the first two options on an underlying with a perpetual and a future",
            ),
            row("margin_check_per_token", 230, "a collateral token of an underlying that is held anyway"),
        ],
    ),
    (
        "Pricing",
        &[
            row("black76", 1_500, "a call's price: the dearest of 168 inputs").target(2_500),
            row("black76_shared", 900, "the same with logarithm and σ√τ given, as for every scenario of an array"),
            row("black76_greeks", 1_700, "delta, gamma, vega and decay, from the same inputs"),
            row("implied_volatility", 23_000, "the volatility of a price, to a millionth"),
        ],
    ),
    (
        "Trading",
        &[
            row("place_post_only_16", 13_200, "post-only order into an empty book, 16 positions held").target(25_000),
            row("place_post_only_0", 6_200, "the same by an account that holds nothing"),
            row("place_post_only_64", 18_000, "the same with 64 positions"),
            row("place_post_only_16_book_30", 13_400, "into the middle of 30 orders of the same side, 16 positions"),
            row("place_post_only_16_book_4096", 13_900, "into the middle of 4,096 bids at as many prices, 16 positions"),
            row("place_post_only_64_mixed", 30_500, "the same with 64 positions, half of them options"),
            row("take_1_maker_16", 25_600, "takes one order whole, both sides hold 16 positions").target(45_000),
            row("take_4_makers_16", 63_500, "takes the orders of four makers, all five hold 16 positions"),
            row("take_1_maker_64", 35_200, "takes one order whole, both sides hold 64 positions"),
            row("take_reducing_16", 48_500, "reduces below maintenance against one maker: the rule's long way"),
            row("take_market_16", 26_000, "the same as `take_1_maker_16` by a market order"),
            row("match_each_16", 12_700, "a further maker who is met, with 16 positions: (4 makers − 1 maker) / 3"),
            row("match_step_over", 150, "a further order that is stepped over: (16 orders − none) / 16"),
            row(
                "take_1_maker_cancelled_16",
                41_700,
                "an order whose maker is below maintenance margin is cancelled, nothing is traded; both hold 16 positions",
            ),
            row(
                "take_makers_failing_64_options",
                527_000,
                "an order that meets as many makers who cannot carry the fill as one instruction does, four; all five hold 64 \
                 positions, 48 of them options",
            ),
            row("replace_order_16", 14_700, "a post-only order by one at another price, 16 positions"),
            row("replace_order_in_place", 4_000, "an order by fewer lots of the same: it keeps its priority, no check"),
            row("batch_8_cancels_8_orders_16", 35_300, "eight cancels and eight post-only orders with one check, 16 positions"),
            row("cancel_order", 3_700, "one order, 16 positions"),
            row("cancel_by_client_id", 3_900, "the oldest of eight orders by the owner's number, 16 positions"),
            row("cancel_all_orders_0", 2_900, "no order to cancel: what every instruction of a market costs"),
            row("cancel_all_orders_8", 10_000, "eight orders of a market, 16 positions"),
            row("prune_expired_8", 9_400, "eight orders that have expired, 16 positions"),
            row("block_trade_1_16", 25_100, "a block of one leg, both sides hold 16 positions"),
            row("block_trade_8_16", 52_000, "a block of eight legs on 8 underlyings, both sides hold 16 positions"),
        ],
    ),
    (
        "Liquidation",
        &[
            row("liquidate_16", 56_000, "450,000 lots, of which the fewest that do are searched; both sides hold 16 positions")
                .target(90_000),
            row("liquidate_64", 70_000, "the same with 64 positions each").target(250_000),
            row(
                "liquidate_16_options",
                68_000,
                "450,000 lots of a short call; both sides hold 16 positions, 8 options",
            ),
            row("resolve_bad_debt", 2_200, "debt left after the last position, paid by the insurance fund"),
        ],
    ),
    (
        "Accounts",
        &[
            row("open_margin_account", 5_500, "a new account"),
            row("close_margin_account", 2_900, "an empty account"),
            row("deposit_quote", 4_500, "USDC, 16 positions"),
            row("deposit_token", 13_300, "wrapped SOL, 16 positions"),
            row("withdraw_0", 4_500, "USDC, nothing else held"),
            row("withdraw_16", 13_100, "USDC, 16 positions"),
            row("withdraw_64", 17_900, "USDC, 64 positions"),
            row("withdraw_token_16", 13_300, "wrapped SOL, 16 positions"),
            row("view_margin_16", 13_300, "16 positions over 8 underlyings: the first page"),
            row("view_margin_64_mixed", 29_500, "64 positions over 8 underlyings, half of them options"),
            row("transfer_cash_16", 11_700, "USDC to a second account, both hold 16 positions"),
            row("transfer_position_16", 23_700, "a part of a position to a second account, both hold 16 positions"),
            row("set_delegate", 1_900, "a first delegate"),
        ],
    ),
    (
        "Cranks",
        &[
            row("refresh_underlying", 7_700, "a new price, one perpetual on the underlying"),
            row("refresh_underlying_22", 8_100, "a new price, 22 perpetuals on the underlying"),
            row("refresh_underlying_again", 1_500, "a price that is on the board already"),
            row("refresh_underlying_second", 9_100, "a new price, with a second source"),
            row("refresh_options_each", 21_000, "a further option: (5 calls of one expiry − the first alone) / 4")
                .target(40_000),
            row("refresh_options_pair", 840, "the put of a call that was just refreshed"),
            row("risk_array_16", 29_200, "one option's array, Greeks and gap, and what its expiry's options share"),
            row("refresh_options_1", 33_600, "one option"),
            row("refresh_options_16", 199_000, "eight calls and their puts, of two expiries"),
            row("publish_volatility", 3_000, "the last of five publishers; the dearest call"),
            row("sweep", 2_600, "fees of one market"),
            row("accrue_interest_16", 11_400, "an account of 16 positions begins to lend"),
            row("update_interest", 3_600, "an epoch ends in which something was lent"),
            row("grow_market", 3_100, "10,240 bytes more for a book"),
            row("sample_market_30", 20_700, "the premium of a book of 30 orders a side, all of which the impact notional takes"),
            row("sample_settlement_11", 25_600, "the dearest sample of an expiry with a future and ten options"),
            row("settle_expiry_10", 11_000, "ten options of one expiry"),
            row("settle_position_16", 12_500, "a future, by an account of 16 positions"),
            row("delist", 2_900, "a settled future or option; the dearer one"),
        ],
    ),
    (
        "Administration",
        &[
            row("initialize_exchange", 11_600, "exchange, treasury, quote vault and the first part of the board"),
            row("grow_board", 4_400, "10,240 bytes more of the board; the dearest call"),
            row("set_product_group", 1_500, "one group"),
            row("list_underlying", 2_700, "the dearest of ten"),
            row("list_collateral", 5_400, "one token, with its vault"),
            row("list_perpetual", 10_700, "the dearest of 96, with its market"),
            row("list_future", 14_300, "the dearest of eight, with its market"),
            row("list_option", 12_700, "the dearest of 160, with its market"),
            row("open_surface", 4_900, "one surface"),
            row("set_publishers", 2_200, "five publishers"),
            row("open_expiry", 1_800, "one expiry with its smile"),
            row("set_pause", 1_000, "by the admin"),
            row("set_interest", 1_800, "rates, limits and epochs"),
            row("fund_insurance", 2_900, "a gift in USDC"),
            row("change_margin", 1_700, "all of the exchange's margin parameters"),
            row("change_underlying", 5_200, "all parameters of an underlying"),
            row("change_instrument", 2_800, "all parameters of a perpetual and its market"),
            row("change_collateral", 1_800, "haircut and limit of a token"),
            row("set_withdrawal_limit", 2_400, "of the quote currency"),
            row("wind_down_perpetual", 6_100, "one of 22 perpetuals of an underlying"),
            row("tighten_underlying", 1_900, "a wider scan range, by the risk authority"),
            row("relax_underlying", 2_000, "a raised scan range taken back while it is on its way"),
            row("tighten_instrument", 2_700, "lower limits, by the risk authority"),
            row("tighten_collateral", 1_700, "a lower limit, by the risk authority"),
            row("trip_breaker", 1_600, "an underlying whose price is too uncertain"),
            row("nominate_authority", 1_100, "a new risk authority"),
            row("accept_authority", 1_100, "by whom was nominated"),
            row("set_timelock", 1_000, "an hour"),
            row("propose_change", 4_700, "a change of the fees"),
            row("cancel_change", 1_600, "that proposal"),
            row("change_fees", 2_900, "the same when its time has come, its proposal closed"),
        ],
    ),
];

/// A time on the machine that measures.
#[derive(Clone, Copy, Debug)]
pub struct NativeRow {
    /// Name, as in `results.json`.
    pub name: &'static str,
    /// Most nanoseconds it may take: some three times the target, or what was measured, so that a busy machine does not fail.
    pub ceiling: u64,
    /// What the design aims at, where it says so.
    pub target: Option<u64>,
    /// What is measured.
    pub what: &'static str,
}

const fn native(name: &'static str, ceiling: u64, target: Option<u64>, what: &'static str) -> NativeRow {
    NativeRow { name, ceiling, target, what }
}

/// The times, in the order in which they are printed.
pub const NATIVE: &[NativeRow] = &[
    native("margin_check_8", 3_000, None, "a bot's margin check, 8 perpetuals over 8 underlyings"),
    native("margin_check_16", 3_000, None, "16 perpetuals over 8 underlyings"),
    native("margin_check_64", 6_000, Some(2_000), "64 perpetuals over 8 underlyings"),
    native("margin_check_64_mixed", 6_000, Some(2_000), "64 positions, 48 of them options away from their arrays"),
    native(
        "sweep_1m_accounts",
        9_000_000_000,
        Some(3_000_000_000),
        "a million accounts on one core: below maintenance or not",
    ),
    native("black76", 500, None, "a call's price from its inputs"),
    native("risk_array_16", 10_000, None, "an option's refresh: array, mark, Greeks and gap"),
    native("solmath_black_scholes_price", 10_000, None, "the price by `solmath`, as below"),
    native("solmath_black_scholes_price_hp", 10_000, None, "likewise"),
    native("solmath_bs_full", 10_000, None, "likewise, with Greeks"),
    native("solmath_bs_full_hp", 10_000, None, "likewise"),
];

/// All rows.
pub fn all() -> impl Iterator<Item = &'static Row> {
    SECTIONS.iter().flat_map(|(_, rows)| rows.iter())
}

#[cfg(test)]
mod tests {
    use super::SECTIONS;
    use ballast_client::ballast::instruction::{ALL, FAMILIES};
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_the_binding_rows_are_there() {
        let names: Vec<_> = super::all().map(|r| r.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in [
            "place_order_post_only_16",
            "place_order_take_1_maker_16",
            "liquidate_16",
            "margin_check_16",
            "margin_check_64",
            "margin_check_64_mixed",
            "margin_check_per_position",
            "margin_check_per_option",
            "black76",
            "refresh_options_each",
            "withdraw_16",
            "refresh_underlying",
        ] {
            assert!(names.contains(&name), "{name}");
        }
    }

    /// The other way round, that each instruction has a row, `crates/client/tests/instructions.rs` checks of the written table.
    #[test]
    fn sections_are_families_and_their_rows_begin_with_an_instructions_name() {
        let families = FAMILIES.iter().map(|(name, _)| *name);
        assert!(families.eq(SECTIONS[..FAMILIES.len()].iter().map(|(name, _)| *name)));
        for (family, rows) in &SECTIONS[..FAMILIES.len()] {
            for row in *rows {
                let of = |name: &str| row.name.strip_prefix(name).is_some_and(|r| r.is_empty() || r.starts_with('_'));
                assert!(ALL.iter().any(|i| i.family == *family && of(i.name)), "{}", row.name);
            }
        }
    }
}
