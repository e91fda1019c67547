//! The reconciliation of a venue, read through JSON-RPC.

use crate::Venue;
use anyhow::Result;
use ballast_client::{
    account::decode,
    ballast::state::{MarginAccount, Market},
    reconcile::Reconciliation,
};

impl Venue<'_> {
    /// Adds up the vault, the treasury, all accounts and all markets.
    pub fn reconcile(&self) -> Result<Reconciliation> {
        let rpc = self.net.rpc();
        let vault = rpc.token_amount(&self.exchange.vault(&self.usdc))?;
        let mut sum = Reconciliation::new(vault, &*rpc.treasury(&self.exchange)?);
        sum.add_board(&rpc.board(&self.exchange)?.board);
        for (_, account) in rpc.margin_accounts(&self.exchange)? {
            sum.add_account(&account);
        }
        for (_, account) in rpc.exchange_accounts::<Market>(&self.exchange)? {
            sum.add_market(&*decode(&account.data)?);
        }
        Ok(sum)
    }

    /// A trader's margin account.
    pub fn margin_of(&self, trader: &crate::Trader) -> Result<Box<MarginAccount>> {
        self.net.rpc().decode(&trader.margin)
    }
}
