//! Events of margin accounts.

use solana_address::Address;

events! {
    /// A margin account was opened.
    MarginAccountOpened {
        /// The account.
        margin: Address,
        /// Its owner.
        owner: Address,
        /// Its sub-id.
        sub_id: u16,
        /// The one underlying of an isolated account, index + 1; 0 for a cross-margin account.
        isolated_underlying: u16,
    }
    /// A margin account was closed.
    MarginAccountClosed {
        /// The account.
        margin: Address,
        /// Its owner.
        owner: Address,
        /// Cash that was left, at most a cent; the insurance fund has it.
        left: i64,
    }
    /// Something was deposited.
    Deposited {
        /// The account.
        margin: Address,
        /// The mint.
        mint: Address,
        /// Amount, in the mint's smallest unit.
        amount: u64,
        /// What the account has of it now.
        balance: i64,
        /// Interest that the account was paid for what it lends.
        interest_earned: i64,
        /// Interest that it paid for what it owes.
        interest_paid: i64,
    }
    /// Something was withdrawn.
    Withdrawn {
        /// The account.
        margin: Address,
        /// The mint.
        mint: Address,
        /// Amount, in the mint's smallest unit.
        amount: u64,
        /// What the account has of it now.
        balance: i64,
        /// Interest that the account was paid for what it lends.
        interest_earned: i64,
        /// Interest that it paid for what it owes.
        interest_paid: i64,
    }
    /// A delegate's permissions were set or, with none, taken away.
    DelegateSet {
        /// The account.
        margin: Address,
        /// The delegate.
        delegate: Address,
        /// Time up to which, seconds; 0 where they were taken away.
        expires_at: i64,
        /// What, bits of [`crate::state::Permissions`].
        permissions: u8,
    }
    /// Cash was moved between two accounts of one owner.
    CashTransferred {
        /// The giving account.
        from: Address,
        /// The receiving account.
        to: Address,
        /// Amount, quote-native.
        amount: i64,
        /// Cash of the giving account after it.
        from_cash: i64,
        /// Cash of the receiving account after it.
        to_cash: i64,
    }
    /// A position, or a part of one, was moved between two accounts of one owner.
    PositionTransferred {
        /// The giving account.
        from: Address,
        /// The receiving account.
        to: Address,
        /// Lots, signed as the position was.
        lots: i64,
        /// What they cost the giver, signed like the lots, quote-native.
        value: i64,
        /// The instrument.
        instrument: u16,
    }
}
