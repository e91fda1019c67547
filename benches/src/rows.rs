//! What is measured, and how much it may cost.
//!
//! A ceiling is a promise to whoever builds transactions: raise one only with a reason in the commit that does it. Where
//! nobody asked for a figure it is today's, plus some 12 %, in round numbers.

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
                12_500,
                "16 positions over 8 underlyings: `withdraw` with them less `withdraw` without",
            ),
            row("margin_check_64", 19_100, "64 positions over 8 underlyings, likewise").target(25_000),
            row("margin_check_per_position", 400, "a further position: (64 positions − 16 positions) / 48, rounded up")
                .target(250),
            row("margin_check_per_underlying", 1_300, "a further underlying: (16 over 8 − 16 over 2) / 6, rounded up"),
            row("margin_check_per_token", 110, "a collateral token of an underlying that is held anyway"),
        ],
    ),
    (
        "Trading",
        &[
            row("place_post_only_16", 40_000, "post-only order into an empty book, 16 positions held").target(25_000),
            row("place_post_only_0", 6_800, "the same by an account that holds nothing"),
            row("place_post_only_64", 25_000, "the same with 64 positions"),
            row("place_post_only_16_book_30", 18_000, "into the middle of 30 orders of the same side, 16 positions"),
            row("take_1_maker_16", 80_000, "takes one order whole, both sides hold 16 positions").target(45_000),
            row("take_4_makers_16", 86_000, "takes the orders of four makers, all five hold 16 positions"),
            row("take_1_maker_64", 48_000, "takes one order whole, both sides hold 64 positions"),
            row("take_reducing_16", 66_000, "reduces below maintenance against one maker: the rule's long way"),
            row("cancel_order", 3_700, "one order, 16 positions"),
            row("cancel_all_orders_0", 2_900, "no order to cancel: what every instruction of a market costs"),
            row("cancel_all_orders_8", 10_000, "eight orders of a market, 16 positions"),
        ],
    ),
    (
        "Liquidation",
        &[
            row("liquidate_16", 150_000, "450,000 lots, bisected in 19 steps; both sides hold 16 positions")
                .target(90_000),
            row("liquidate_64", 175_000, "the same with 64 positions each").target(250_000),
            row("resolve_bad_debt", 2_000, "debt left after the last position, paid by the insurance fund"),
        ],
    ),
    (
        "Accounts",
        &[
            row("open_margin_account", 5_500, "a new account"),
            row("close_margin_account", 1_600, "an empty account"),
            row("deposit_quote", 4_100, "USDC, 16 positions"),
            row("deposit_token", 17_500, "wrapped SOL, 16 positions"),
            row("withdraw_0", 5_100, "USDC, nothing else held"),
            row("withdraw_16", 17_500, "USDC, 16 positions"),
            row("withdraw_64", 25_000, "USDC, 64 positions"),
            row("withdraw_token_16", 17_600, "wrapped SOL, 16 positions"),
            row("view_margin_16", 23_000, "16 positions over 8 underlyings: the first page"),
        ],
    ),
    (
        "Cranks",
        &[
            row("refresh_underlying", 6_100, "a new price, one perpetual on the underlying"),
            row("refresh_underlying_22", 6_500, "a new price, 22 perpetuals on the underlying"),
            row("refresh_underlying_again", 1_300, "a price that is on the board already"),
            row("sweep", 1_900, "fees of one market"),
            row("grow_market", 3_100, "10,240 bytes more for a book"),
        ],
    ),
    (
        "Administration",
        &[
            row("initialize_exchange", 11_600, "exchange, treasury, quote vault and the first part of the board"),
            row("grow_board", 4_400, "10,240 bytes more of the board; the dearest call"),
            row("set_product_group", 1_500, "one group"),
            row("list_underlying", 2_400, "the dearest of ten"),
            row("list_collateral", 5_400, "one token, with its vault"),
            row("list_perpetual", 10_700, "the dearest of 87, with its market"),
            row("set_pause", 1_000, "by the admin"),
            row("fund_insurance", 2_900, "a gift in USDC"),
        ],
    ),
];

/// All rows.
pub fn all() -> impl Iterator<Item = &'static Row> {
    SECTIONS.iter().flat_map(|(_, rows)| rows.iter())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_the_binding_rows_are_there() {
        let names: Vec<_> = super::all().map(|r| r.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in [
            "place_post_only_16",
            "take_1_maker_16",
            "liquidate_16",
            "margin_check_16",
            "margin_check_64",
            "margin_check_per_position",
            "withdraw_16",
            "refresh_underlying",
        ] {
            assert!(names.contains(&name), "{name}");
        }
    }
}
