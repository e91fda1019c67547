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
