//! The exchange's accounts and its product groups.

use super::{difference::Differences, need::Planner};
use crate::{config::Scale, instruction};
use anyhow::Result;
use ballast::{constants::MAX_GROWTH, state::RiskBoard};
use ballast_risk::Unit;

impl Planner<'_> {
    /// `initialize_exchange`, and the board grown until it is complete.
    pub fn begin(&mut self) -> Result<()> {
        let exchange = &self.config.exchange;
        match &self.state.exchange {
            None => {
                let mint = exchange.mint()?;
                let [risk, pause] = exchange.authorities()?.map(|a| a.unwrap_or(self.keys.admin));
                let args = self.config.exchange_args(&risk, &pause)?;
                let ix = instruction::initialize_exchange(&self.keys.payer, &self.keys.admin, &mint, &args);
                let what = format!("initialize exchange {}: {} in {mint}", exchange.id, self.e.address);
                self.list("exchange", what, ix);
            }
            Some(e) => {
                if e.admin != self.keys.admin {
                    self.found.conflicts.push(format!("the admin is {}, not {}", e.admin, self.keys.admin));
                }
                let named = exchange.quote_mint.as_ref().map(|_| exchange.mint()).transpose()?;
                if named.is_some_and(|mint| mint != e.quote_mint) {
                    self.found.conflicts.push(format!("the quote mint is {}", e.quote_mint));
                }
            }
        }
        let len = if self.state.exchange.is_some() { self.state.board_len } else { MAX_GROWTH };
        if self.state.board.is_none() {
            let ix = instruction::grow_board(&self.e, &self.keys.payer);
            self.grow("the risk board", &ix, len, RiskBoard::LEN, true);
        }
        Ok(())
    }

    /// Product groups.
    pub fn groups(&mut self) -> Result<()> {
        for g in &self.config.group {
            let place = self.slots.group(&g.name)?;
            let (name, params) = g.args()?;
            let ix = instruction::set_product_group(&self.e, &self.keys.admin, place, name, &params);
            let listed = self.board().map(|b| b.groups[usize::from(place)]).filter(|set| set.name == name);
            let Some(listed) = listed else {
                let offset = Scale::NONE.show(Unit::Ratio, params.offset.get().into());
                self.list(&g.name, format!("product group {}: offset {offset}", g.name), ix);
                continue;
            };
            let mut d = Differences::default();
            d.list("", &listed.params, &params, &Scale::NONE);
            if let Some(changed) = d.changed() {
                self.change(&g.name, format!("product group {}: {changed}", g.name), ix);
            }
        }
        Ok(())
    }
}
