//! The instructions, in one list by family: their discriminators, their names, and which of them wait for the timelock.
//!
//! A family is a folder of `instructions/`. The client's builders, the tests, the benchmarks and the README's table have the same
//! families; `crates/client/tests/instructions.rs` says what an instruction lacks.

/// An instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Discriminator: the first byte of the data.
    pub tag: u8,
    /// Name, of the handler and of the client's builder.
    pub name: &'static str,
    /// Name of the family.
    pub family: &'static str,
    /// True if it waits for the timelock.
    pub waits: bool,
    /// What it does.
    pub doc: &'static str,
}

/// Declares discriminators, [`ALL`], [`FAMILIES`] and what is found by discriminator.
macro_rules! instructions {
    ($(
        $(#[doc = $family_doc:literal])+
        $family:ident { $( $(#[doc = $doc:literal])+ $name:ident $constant:ident = $tag:literal $($waits:ident)?, )+ }
    )+) => {
        /// Discriminators.
        pub mod tag {
            $( $(
                $(#[doc = $doc])+
                pub const $constant: u8 = $tag;
            )+ )+

            /// True for the instructions that wait for the timelock.
            pub const fn waits(tag: u8) -> bool {
                match tag {
                    $( $( $tag => waits!($($waits)?), )+ )+
                    _ => false,
                }
            }
        }

        /// The families: name, and what their instructions are about.
        pub const FAMILIES: &[(&str, &str)] = &[$( (stringify!($family), concat!($($family_doc),+).trim_ascii()), )+];

        /// Every instruction, family by family.
        pub const ALL: &[Instruction] = &[$( $(
            Instruction {
                tag: $tag,
                name: stringify!($name),
                family: stringify!($family),
                waits: waits!($($waits)?),
                doc: concat!($($doc),+).trim_ascii(),
            },
        )+ )+];

        /// The name of the instruction with this discriminator.
        pub const fn name(tag: u8) -> Option<&'static str> {
            Some(match tag {
                $( $( $tag => stringify!($name), )+ )+
                _ => return None,
            })
        }
    };
}

/// Whether an entry of the list says that it waits.
macro_rules! waits {
    () => {
        false
    };
    (waits) => {
        true
    };
}

// 60 was `liquidate_token`: a token is a leg of a slice.
instructions! {
    /// The exchange as a whole.
    exchange {
        /// Makes an exchange: its treasury, quote vault and the first part of its risk board.
        initialize_exchange INITIALIZE_EXCHANGE = 0,
        /// Grows the risk board by what one instruction may; the last call completes it. Anyone may pay.
        grow_board GROW_BOARD = 1,
        /// Sets the pause bits. The pause authority can only add bits; the admin can also clear them.
        set_pause SET_PAUSE = 7,
        /// Gives quote currency to the insurance fund.
        fund_insurance FUND_INSURANCE = 8,
    }
    /// Listing of underlyings, collateral and instruments. The admin's.
    listing {
        /// Names a product group and sets its offset.
        set_product_group SET_PRODUCT_GROUP = 2 waits,
        /// Lists an underlying in the first free slot.
        list_underlying LIST_UNDERLYING = 3 waits,
        /// Accepts a token as collateral and makes its vault.
        list_collateral LIST_COLLATERAL = 4 waits,
        /// Lists a perpetual and makes its market.
        list_perpetual LIST_PERPETUAL = 5 waits,
        /// Lists a dated future and makes its market.
        list_future LIST_FUTURE = 21 waits,
        /// Lists a European call or put and makes its market.
        list_option LIST_OPTION = 22 waits,
    }
    /// The volatility surface: the one input of the model that is trusted, and bounded.
    surface {
        /// Makes the volatility surface of an underlying.
        open_surface OPEN_SURFACE = 23 waits,
        /// Changes the parameters of a surface.
        change_surface CHANGE_SURFACE = 71 waits,
        /// Names who may publish volatilities on a surface.
        set_publishers SET_PUBLISHERS = 24 waits,
        /// Adds an expiry to a surface, with the smile that its first publication must be near.
        open_expiry OPEN_EXPIRY = 25 waits,
        /// Says what a publisher takes the smile of an expiry to be.
        publish_volatility PUBLISH_VOLATILITY = 26,
    }
    /// Authorities, changes that wait for the timelock, and what may be tightened at once.
    governance {
        /// Proposes an instruction that waits for the timelock: its data to the byte, and the account that it is about where its
        /// data do not say it.
        propose_change PROPOSE_CHANGE = 43,
        /// Withdraws a proposal; the rent goes to who paid for it.
        cancel_change CANCEL_CHANGE = 44,
        /// Sets how long changes wait. Longer holds at once; shorter waits itself.
        set_timelock SET_TIMELOCK = 45 waits,
        /// Nominates somebody for an authority, or nobody.
        nominate_authority NOMINATE_AUTHORITY = 46,
        /// Takes over an authority that the signer was nominated for.
        accept_authority ACCEPT_AUTHORITY = 47,
        /// Changes the fees.
        change_fees CHANGE_FEES = 48 waits,
        /// Changes the margin parameters of the exchange.
        change_margin CHANGE_MARGIN = 49 waits,
        /// Changes an underlying.
        change_underlying CHANGE_UNDERLYING = 50 waits,
        /// Changes the limits of an instrument.
        change_instrument CHANGE_INSTRUMENT = 51 waits,
        /// Changes the limit and the haircut of a collateral token.
        change_collateral CHANGE_COLLATERAL = 52 waits,
        /// Limits the net outflow of the quote currency or a token.
        set_withdrawal_limit SET_WITHDRAWAL_LIMIT = 53 waits,
        /// Raises the least scan range of an underlying. By the risk authority, at once.
        tighten_underlying TIGHTEN_UNDERLYING = 56,
        /// Lowers the limits of an instrument. By the risk authority, at once.
        tighten_instrument TIGHTEN_INSTRUMENT = 57,
        /// Lowers the deposit limit of a token. By the risk authority, at once.
        tighten_collateral TIGHTEN_COLLATERAL = 58,
        /// Stops new risk in an underlying for five minutes where a guard of its price is up. Anyone may call.
        trip_breaker TRIP_BREAKER = 59,
        /// Takes back raises of the least scan range that have not reached maintenance margin yet. By the admin, at once.
        relax_underlying RELAX_UNDERLYING = 61,
        /// Takes back what the risk authority tightened of an instrument in the last twelve hours. By the admin, at once.
        relax_instrument RELAX_INSTRUMENT = 72,
    }
    /// Margin accounts: open, close, deposit, withdraw, view, delegates, transfers between accounts of one owner.
    account {
        /// Opens a margin account of the signer: for everything, or isolated to one underlying (its index + 1, else 0).
        open_margin_account OPEN_MARGIN_ACCOUNT = 9,
        /// Closes an empty margin account; the rent goes to its owner.
        close_margin_account CLOSE_MARGIN_ACCOUNT = 10,
        /// Deposits quote currency, which anyone may, or a collateral token, which the owner or a delegate may.
        deposit DEPOSIT = 11,
        /// Withdraws quote currency or a collateral token, if what is left covers initial margin.
        withdraw WITHDRAW = 12,
        /// Returns the margin of an account as return data, with a page of its underlyings from the given index on.
        view_margin VIEW_MARGIN = 20,
        /// Gives somebody permissions to act for the owner until a time, changes them, or (with none) takes them away.
        set_delegate SET_DELEGATE = 33,
        /// Moves cash between two accounts of one owner, as if the giving one withdrew it.
        transfer_cash TRANSFER_CASH = 34,
        /// Moves lots, signed as the position is, between two accounts of one owner, at what they cost.
        transfer_position TRANSFER_POSITION = 35,
    }
    /// Orders and matching.
    trading {
        /// Places an order. Makers' margin accounts are passed as further accounts and settled at once.
        place_order PLACE_ORDER = 14,
        /// Cancels one order.
        cancel_order CANCEL_ORDER = 15,
        /// Cancels the account's orders in a market, at most so many: bids (0), asks (1) or both (2).
        cancel_all_orders CANCEL_ALL_ORDERS = 16,
        /// Cancels the newest order that has the owner's number.
        cancel_by_client_id CANCEL_BY_CLIENT_ID = 28,
        /// Replaces an order by another, with one check over both. One that only becomes smaller keeps its priority.
        replace_order REPLACE_ORDER = 29,
        /// Cancels at most 32 orders and then places at most 16 in one market, all or nothing.
        batch_orders BATCH_ORDERS = 30,
        /// Takes an account's expired orders off the book, and its reduce-only ones that have no position left to reduce, at most
        /// so many. Anyone may call.
        prune_expired PRUNE_EXPIRED = 31,
    }
    /// Block trades.
    block {
        /// Trades up to eight legs between two accounts whose authorities both sign, each account checked once. The markets
        /// follow as further accounts, one a leg.
        block_trade BLOCK_TRADE = 32,
    }
    /// Permissionless cranks of prices and markets.
    market {
        /// Makes room for more orders in a market. Anyone may pay.
        grow_market GROW_MARKET = 6,
        /// Puts newer oracle prices of a list of underlyings on the board, with the shocks and marks that follow. Anyone may call.
        refresh_underlyings REFRESH_UNDERLYINGS = 13,
        /// Moves a market's collected totals into the treasury. Anyone may call.
        sweep SWEEP = 17,
        /// Makes the risk arrays of a list of options of one underlying anew, in ascending order. Anyone may call.
        refresh_options REFRESH_OPTIONS = 27,
        /// Samples the premium of a market's impact prices over the index, for its funding and basis. Anyone may call.
        sample_market SAMPLE_MARKET = 36,
    }
    /// Interest and lending.
    lending {
        /// Brings an account's interest up to date, and counts anew what it lends and owes. Anyone may call.
        accrue_interest ACCRUE_INTEREST = 41,
        /// Divides the interest of an epoch that is over among lenders, and sets the borrow rate. Anyone may call.
        update_interest UPDATE_INTEREST = 42,
        /// Sets the borrow rate's curve, the limit of borrowing, the exchange's part and the length of an epoch.
        set_interest SET_INTEREST = 54 waits,
    }
    /// Settlement prices, settlement of positions, and the end of instruments.
    settlement {
        /// Takes a print as a sample of an expiry's settlement price. Anyone may call, at any time until the settlement.
        sample_settlement SAMPLE_SETTLEMENT = 37,
        /// Writes what instruments of one expiry pay, in ascending order. Anyone may call after the expiry.
        settle_expiry SETTLE_EXPIRY = 38,
        /// Turns an account's position in a settled instrument into cash. Anyone may call.
        settle_position SETTLE_POSITION = 39,
        /// Takes a settled instrument, in which nobody holds anything, off the board. Anyone may call.
        delist DELIST = 40,
        /// Gives a perpetual an expiry; until then it can only be reduced.
        wind_down_perpetual WIND_DOWN_PERPETUAL = 55 waits,
    }
    /// Liquidation and bad debt.
    liquidation {
        /// Takes over one common fraction of positions and tokens of an account below maintenance, at the marks less a discount. The
        /// markets of the positions follow as further accounts.
        liquidate LIQUIDATE = 18,
        /// Has the insurance fund pay the debt of an account that holds nothing else or is seized, and shares what is left among the
        /// other side of what it held and those who lend. Anyone may call.
        resolve_bad_debt RESOLVE_BAD_DEBT = 19,
        /// Cancels orders of an account below maintenance in one market, the newest first. Anyone may call.
        cancel_liquidatable_orders CANCEL_LIQUIDATABLE_ORDERS = 62,
        /// Takes note that an account is below maintenance, or that it is no longer in default. Anyone may call.
        give_notice GIVE_NOTICE = 66,
        /// Puts an account into receivership that is far below maintenance, or has had notice for ten minutes. Anyone may call.
        seize SEIZE = 67,
        /// Gives a seized account back to its owner once it covers initial margin and has repaid the fund. Anyone may call.
        release RELEASE = 68,
        /// Winds down a perpetual of which a seized account has held a large part for a day. Anyone may call.
        wind_down_seized WIND_DOWN_SEIZED = 69,
        /// Closes at most so many lots of a position of an account below maintenance on the order book, at a cost of at most what
        /// a liquidation of them would be, and pays the caller a share of it. The makers' margin accounts follow as further
        /// accounts.
        liquidate_on_book LIQUIDATE_ON_BOOK = 70,
    }
}
