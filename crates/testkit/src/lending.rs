//! Interest, lending, and limits on withdrawals.

use crate::{Failed, Sent, Svm, Trader};
use ballast_client::{
    account::discriminator,
    ballast::state::Treasury,
    instruction,
    risk::{InterestParams, Ppm},
};
use solana_signer::Signer;

/// 2 % a year without use, 10 % at 80 % of what is lent, 100 % at full use; borrowing up to 90 %, an account up to 90 % of what
/// backs it; a tenth is the exchange's; epochs of an hour.
pub const INTEREST: InterestParams = InterestParams {
    base_rate: Ppm::new(20_000),
    optimal_rate: Ppm::new(100_000),
    max_rate: Ppm::new(1_000_000),
    optimal_utilisation: Ppm::new(800_000),
    max_utilisation: Ppm::new(900_000),
    max_owed: Ppm::new(900_000),
    reserve: Ppm::new(100_000),
    epoch_seconds: 3_600,
};

impl Svm {
    /// Sets the parameters of interest, the admin signing.
    pub fn set_interest(&mut self, args: &InterestParams) -> Result<Sent, Failed> {
        let admin = self.admin.insecure_clone();
        let ix = instruction::set_interest(&self.exchange, &admin.pubkey(), args);
        self.send(&[ix], &[&admin])
    }

    /// Ends the epoch, if it is over, and sets the borrow rate.
    pub fn update_interest(&mut self) -> Result<Sent, Failed> {
        let ix = instruction::update_interest(&self.exchange);
        self.send(&[ix], &[])
    }

    /// Brings a trader's interest up to date.
    pub fn accrue_interest(&mut self, of: &Trader) -> Result<Sent, Failed> {
        let ix = instruction::accrue_interest(&self.exchange, &of.margin);
        self.send(&[ix], &[])
    }

    /// Changes the treasury's bytes, as no instruction could.
    pub fn change_treasury(&mut self, change: impl FnOnce(&mut Treasury)) {
        let address = self.exchange.treasury;
        let mut account = self.account(&address).expect("the treasury exists");
        let mut treasury = self.treasury();
        change(&mut treasury);
        account.data.truncate(discriminator("Treasury").len());
        account.data.extend_from_slice(bytemuck::bytes_of(treasury.as_ref()));
        self.set_account(address, account);
    }
}
