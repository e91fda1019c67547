//! What holds for the exchange as a whole.

use super::{
    difference::{Differences, quote},
    need::Planner,
};
use crate::{
    config::{QUOTE, Scale},
    instruction, pda, time,
};
use anyhow::Result;
use ballast::{
    args::{Authority, QUOTE_TOKEN, WithdrawalLimitArgs},
    state::Exchange,
};
use ballast_risk::OutflowWindow;
use solana_address::Address;

impl Planner<'_> {
    /// The first gift to the insurance fund. What the fund has and what it has paid is never less than that gift, so that a
    /// fund that paid is not filled up.
    pub fn insurance(&mut self) -> Result<()> {
        let first = i64::try_from(self.config.exchange.first_insurance()?)?;
        let had = self.state.treasury.as_ref().map_or(0, |t| t.insurance.get().saturating_add(t.bad_debt_paid.get()));
        let missing = first.saturating_sub(had);
        if missing <= 0 {
            return Ok(());
        }
        let mint = match &self.state.exchange {
            Some(e) => e.quote_mint,
            None => self.config.exchange.mint()?,
        };
        let giver = self.keys.payer;
        let source = self.keys.insurance_source.unwrap_or_else(|| pda::associated_token(&giver, &mint));
        let ix = instruction::fund_insurance(&self.e, &giver, &source, &mint, u64::try_from(missing)?);
        self.change("insurance", format!("give {} to the insurance fund, from {source}", quote(missing)), ix);
        Ok(())
    }

    /// Interest, where the file has it.
    pub fn interest(&mut self) -> Result<()> {
        let Some(interest) = &self.config.interest else { return Ok(()) };
        let new = interest.read(&Scale::NONE)?;
        let old = self.board().map_or_else(Default::default, |b| b.interest.params);
        let mut d = Differences::default();
        d.list("", &old, &new, &Scale::NONE);
        if let Some(changed) = d.changed() {
            let ix = instruction::set_interest(&self.e, &self.keys.admin, &new);
            self.change("interest", format!("interest: {changed}"), ix);
        }
        Ok(())
    }

    /// Withdrawal limits, where the file has them.
    pub fn withdrawal_limits(&mut self) -> Result<()> {
        let windows = self.state.treasury.as_ref().map(|t| (t.quote_window, t.token_windows));
        if let Some(limit) = &self.config.exchange.withdrawal_limit {
            let old = windows.map_or_else(OutflowWindow::default, |w| w.0);
            self.withdrawal_limit("USDC", &old, &limit.args(QUOTE_TOKEN, QUOTE)?, QUOTE);
        }
        for c in &self.config.collateral {
            let Some(limit) = &c.withdrawal_limit else { continue };
            let (token, decimals) = (self.slots.token(&c.mint()?)?, u32::from(c.decimals));
            let old = windows.map_or_else(OutflowWindow::default, |w| w.1[usize::from(token)]);
            self.withdrawal_limit(&c.name, &old, &limit.args(token, decimals)?, decimals);
        }
        Ok(())
    }

    fn withdrawal_limit(&mut self, name: &str, old: &OutflowWindow, new: &WithdrawalLimitArgs, decimals: u32) {
        let mut d = Differences::default();
        d.list("", &old.params, &new.params, &Scale { decimals, ..Scale::NONE });
        if let Some(changed) = d.changed() {
            let ix = instruction::set_withdrawal_limit(&self.e, &self.keys.admin, new);
            let what = format!("withdrawals of {name}: {changed}");
            // A token that is only just listed must be there first.
            let listed = |b: &ballast_risk::Board| new.token == QUOTE_TOKEN || b.token(new.token).is_ok();
            match self.board().is_some_and(listed) {
                true => self.change(name, what, ix),
                false => self.list(name, what, ix),
            }
        }
    }

    /// Fees.
    pub fn fees(&mut self) -> Result<()> {
        let Some(exchange) = &self.state.exchange else { return Ok(()) };
        let new = self.config.exchange.fees()?;
        let mut d = Differences::default();
        d.list("", &exchange.fees, &new, &Scale::NONE);
        if let Some(changed) = d.changed() {
            let ix = instruction::change_fees(&self.e, &self.keys.admin, &new);
            self.change("fees", format!("fees: {changed}"), ix);
        }
        Ok(())
    }

    /// Margin parameters.
    pub fn margin(&mut self) -> Result<()> {
        let Some(board) = self.board() else { return Ok(()) };
        let (old, new) = (board.params, self.config.margin.read(&Scale::NONE)?);
        if old.settlement_time != new.settlement_time && board.next_settlement != 0 {
            let (is, said) = (old.settlement_time, new.settlement_time);
            let until = time::format(board.next_settlement);
            self.found.conflicts.push(format!(
                "margin: settlement_time is {is}, the file says {said}, which cannot change while something awaits its \
                 settlement, next at {until}"
            ));
            return Ok(());
        }
        let mut d = Differences::default();
        d.list("", &old, &new, &Scale::NONE);
        if let Some(changed) = d.changed() {
            let ix = instruction::change_margin(&self.e, &self.keys.admin, &new);
            self.change("margin", format!("margin: {changed}"), ix);
        }
        Ok(())
    }

    /// Nominations of other authorities, who then have to accept.
    pub fn authorities(&mut self) -> Result<()> {
        let Some(exchange) = &self.state.exchange else { return Ok(()) };
        let [risk, pause] = self.config.exchange.authorities()?;
        let (old_risk, old_pause) = (exchange.risk_authority, exchange.pause_authority);
        self.nominate(exchange, Authority::Risk, "risk authority", old_risk, risk);
        self.nominate(exchange, Authority::Pause, "pause authority", old_pause, pause);
        Ok(())
    }

    fn nominate(&mut self, exchange: &Exchange, authority: Authority, name: &str, old: Address, new: Option<Address>) {
        let Some(new) = new.filter(|new| *new != old) else { return };
        if exchange.nominated[authority as usize] == new {
            self.found.notes.push(format!("{new} is nominated as {name} and has to accept"));
            return;
        }
        let ix = instruction::nominate_authority(&self.e, &self.keys.admin, authority, &new);
        self.change(name, format!("nominate the {name}: {old} -> {new}"), ix);
    }

    /// The timelock. Last: from then on changes wait. A longer one holds at once.
    pub fn timelock(&mut self) -> Result<()> {
        let (old, new) = (self.state.timelock(), self.config.exchange.timelock);
        if old != new {
            let ix = instruction::set_timelock(&self.e, &self.keys.admin, new);
            self.change("timelock", format!("timelock: {old} -> {new} seconds"), ix);
            if let Some(need) = self.found.needs.last_mut() {
                need.at_once = new > old;
            }
        }
        Ok(())
    }
}
