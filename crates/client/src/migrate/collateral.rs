//! Collateral tokens.

use super::{
    difference::Differences,
    need::{Planner, text},
};
use crate::{config::Scale, instruction};
use anyhow::Result;
use ballast::args::CollateralChangeArgs;
use ballast_risk::Parameters;

impl Planner<'_> {
    /// Collateral tokens, and changes of those that are listed.
    pub fn collateral(&mut self) -> Result<()> {
        for c in &self.config.collateral {
            let mint = c.mint()?;
            let mut args = self.config.collateral_args(c)?;
            args.underlying = self.slots.underlying(&c.underlying)?;
            let place = self.slots.token(&mint)?;
            let scale = Scale { of: &c.name, decimals: c.decimals.into(), lot: 1 };
            let listed = self.board().map(|b| b.tokens[usize::from(place)]).filter(|t| t.is_listed());
            let Some(listed) = listed else {
                let params: Vec<String> = args
                    .params
                    .fields()
                    .map(|(b, value)| format!("{} {}", b.name, scale.show(b.unit, value)))
                    .collect();
                let what = format!("list collateral {} at {place}: {}, mint {mint}", c.name, params.join(", "));
                self.list(
                    &c.name,
                    what,
                    instruction::list_collateral(&self.e, &self.keys.payer, &self.keys.admin, &mint, &args),
                );
                continue;
            };
            let mut d = Differences::default();
            d.fixed("name", listed.name, args.name, |n| text(&n));
            d.fixed("underlying", listed.underlying, args.underlying, |n| n.to_string());
            d.fixed("decimals", listed.decimals, c.decimals, |n| n.to_string());
            d.list("", &listed.params, &args.params, &scale);
            self.take_conflicts(&c.name, &d);
            if let Some(changed) = d.changed().filter(|_| d.conflicts().is_empty()) {
                let args = CollateralChangeArgs { params: args.params, token: place };
                let ix = instruction::change_collateral(&self.e, &self.keys.admin, &args);
                self.change(&c.name, format!("collateral {}: {changed}", c.name), ix);
            }
        }
        Ok(())
    }
}
