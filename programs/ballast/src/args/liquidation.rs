//! Arguments of liquidations.

args! {
    /// What a liquidator asks for: the positions are those of the markets passed.
    LiquidateArgs {
        /// Largest fraction of the legs, millionths.
        most: u32,
        /// The tokens among the legs: bit n stands for token n of the board.
        tokens: u16,
        /// 1 if the legs must be all that the account has and that can move.
        whole: u8,
    }
}

impl LiquidateArgs {
    /// As much of the positions as is needed, and of these tokens.
    pub const fn of(tokens: u16) -> Self {
        Self { most: 1_000_000, tokens, whole: 0 }
    }

    /// All that the account has: the markets of all its positions, and every token.
    pub const WHOLE: Self = Self { most: 1_000_000, tokens: u16::MAX, whole: 1 };
}
