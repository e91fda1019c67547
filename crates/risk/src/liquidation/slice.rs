//! The slice of an account that a liquidator takes over.

use super::{
    Episode, Legs,
    cut::{Cut, DELTA_BITS, FRACTION_ONE, cut, fraction_of, lot_delta, sort},
    discount::{Payment, Terms},
    search::{Goal, Point, closed_form, excess, is_better, near, search},
};
use crate::{
    Board, Instrument, Lots, MAX_BALANCES, MAX_POSITIONS, Portfolio, Ppm, Purpose, QuoteNative, Requirements,
    RiskError, Underlying,
    guard::UnderlyingSet,
    margin::{self, Margin},
    math::mul_ppm_ceil,
};
use bytemuck::{Pod, Zeroable};

/// A slice that does not reach the buffer frees at least this part of maintenance margin, or it would cost the account more
/// transactions than it is worth.
const LEAST_PART: Ppm = Ppm::new(20_000);

/// An option carries delta in a cut if its own is at least a part in this many of its units.
const LEAST_CARRYING: u64 = 4;

/// Units that rounding may take from an account for a leg: the value at the mark, what is settled, what is realised, and the sum
/// of its underlying.
pub(super) const ROUNDING: i64 = 4;

/// What a liquidator asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The positions and tokens.
    pub legs: Legs,
    /// The largest fraction of them.
    pub most: Ppm,
}

impl Request {
    /// Everything that the account has.
    pub const ALL: Self = Self { legs: Legs::ALL, most: Ppm::ONE };
}

/// Room for a slice to be found in: too large for a stack frame of the program.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Workspace {
    /// What requires margin and does not move.
    others: Margin,
    /// The account with a slice taken from it, at the value of the rest.
    trial: Portfolio,
    legs: [Cut; MAX_POSITIONS + MAX_BALANCES],
    count: u64,
}

/// A slice that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The account before.
    pub before: Requirements,
    /// Its maintenance margin after.
    pub maintenance: QuoteNative,
    /// The fraction, [`FRACTION_ONE`] being all.
    pub fraction: u64,
    /// What it costs, and who pays.
    pub payment: Payment,
    /// The underlyings whose legs it moves.
    pub moved: UnderlyingSet,
}

impl Workspace {
    /// The legs as they are cut.
    pub fn legs(&self) -> &[Cut] {
        let count = (self.count as usize).min(self.legs.len());
        &self.legs[..count]
    }

    /// Begins with an account of which the underlyings of some legs move. Only those are looked at by the checks that follow.
    #[inline(never)]
    pub fn begin(
        &mut self,
        board: &Board,
        account: &Portfolio,
        moved: UnderlyingSet,
        now: i64,
    ) -> Result<Requirements, RiskError> {
        let purpose = Purpose::Liquidation { now, moved };
        self.trial.clone_from(account);
        self.others.measure(board, account, purpose, UnderlyingSet::ALL.except(moved))?;
        self.check(board, account, moved, now)
    }

    /// Checks the account as it is now, at most the legs and the cash having changed since [`Workspace::begin`].
    pub(super) fn check(
        &self,
        board: &Board,
        account: &Portfolio,
        moved: UnderlyingSet,
        now: i64,
    ) -> Result<Requirements, RiskError> {
        margin::check_changed(&self.others, board, account, Purpose::Liquidation { now, moved }, moved)
    }

    /// Makes a part of one position the only leg.
    pub(super) fn hold_only(&mut self, leg: Cut) -> Result<(), RiskError> {
        self.count = 0;
        self.push(leg)
    }

    fn push(&mut self, leg: Cut) -> Result<(), RiskError> {
        let slot = self.legs.get_mut(self.count as usize).ok_or(RiskError::Corrupt { what: "the number of legs" })?;
        *slot = leg;
        self.count += 1;
        Ok(())
    }

    /// Takes a fraction of the legs off the trial.
    fn take(&mut self, board: &Board, account: &Portfolio, fraction: u64) -> Result<(), RiskError> {
        let Self { trial, legs, count, .. } = self;
        let legs = &mut legs[..*count as usize];
        cut(legs, fraction);
        for leg in legs {
            let slot = usize::from(leg.slot);
            if leg.is_token == 0 {
                trial.positions[slot].lots = Lots::new(account.positions[slot].lots.get() - leg.taken);
            } else {
                let amount = account.balances[slot].amount;
                trial.balances[slot].amount = amount - token_amount(board, leg, amount)?;
            }
        }
        Ok(())
    }
}

/// What a cut takes of a balance: whole delta units, and where all is taken what is beyond.
pub(super) fn token_amount(board: &Board, leg: &Cut, amount: u64) -> Result<u64, RiskError> {
    if leg.is_all != 0 {
        return Ok(amount);
    }
    let taken = leg.taken.unsigned_abs().checked_mul(board.token(leg.index)?.atoms_per_unit);
    taken.filter(|taken| *taken <= amount).ok_or(RiskError::Corrupt { what: "the amount of the token" })
}

/// Finds the slice of an account below maintenance: the smallest fraction of the legs after which equity reaches the buffer, at most
/// what is asked for. Of a seized account equity counts net of what others have paid for it, and `budget` is what the insurance fund
/// may spend on it now. Settled positions are no legs. A leg whose price nobody can refresh stays, and so do orders. A price that went
/// stale or jumped a moment ago stops everything: it is to be refreshed, or believed, first.
///
/// The episode takes note: of the notice, and of the ratios. The workspace is left with the lots that the slice takes.
///
/// # Errors
/// [`RiskError::NotLiquidatable`]; [`RiskError::NothingToLiquidate`]; that of [`Underlying::require_refreshed`], of anything that
/// is held; [`RiskError::StalePrice`] where no leg can move, or where what cannot move requires as much alone as the whole account;
/// [`RiskError::StaleRiskArray`] of options of an underlying that is moved; where equity is below zero, the error of any guard of
/// one that is moved;
/// [`RiskError::LiquidationDoesNotHelp`]; [`RiskError::SliceTooSmall`].
#[inline(never)]
pub fn slice(
    board: &Board,
    account: &Portfolio,
    episode: &mut Episode,
    budget: QuoteNative,
    request: &Request,
    now: i64,
    room: &mut Workspace,
) -> Result<Slice, RiskError> {
    let scope = Scope::of(board, account, &request.legs, now, room)?;
    if let (true, Some(stuck)) = (scope.moved.is_empty(), scope.stuck) {
        return Err(stuck);
    }
    let moved = scope.moved;
    let before = room.begin(board, account, moved, now)?;
    let net = episode.net(&before)?;
    if !episode.may_be_sold(&board.params, &net)? {
        return Err(RiskError::NotLiquidatable { equity: before.equity.get(), maintenance: before.maintenance.get() });
    }
    if moved.is_empty() {
        return Err(RiskError::NothingToLiquidate);
    }
    if let Some(stuck) = scope.stuck {
        scope.leave_stuck(board, &mut room.trial)?;
        if margin::check(board, &room.trial, Purpose::Liquidation { now, moved })?.maintenance >= before.maintenance {
            return Err(stuck);
        }
        room.trial.clone_from(account);
    }
    if net.equity < QuoteNative::ZERO {
        // What is lacking becomes somebody's loss with the last leg, so that no price in doubt may say how much it is.
        for underlying in moved.iter() {
            board.underlying(underlying)?.require_undoubted()?;
        }
    }
    episode.observe(&before, &board.params, now)?;
    let terms = Terms::of(&board.params, episode, &net, budget, now)?;
    let least = mul_ppm_ceil(before.maintenance, LEAST_PART)?.max(board.params.dust_value);
    let rules = Rules { whole: scope.whole, only_all: before.maintenance < board.params.dust_value, least };
    let point = Trials::new(board, account, room, (moved, now), &net, &terms).run(fraction_of(request.most), rules)?;
    let Point { fraction, maintenance, .. } = point;
    let payment = terms.pay(before.maintenance.minus(maintenance)?)?;
    let left = Requirements { equity: net.equity.minus(payment.from_account)?, maintenance, ..net };
    terms.note_raised(episode, &left, payment.from_budget)?;
    Ok(Slice { before, maintenance, fraction, payment, moved })
}

/// What of an account can move.
struct Scope {
    /// Underlyings of the legs that move.
    moved: UnderlyingSet,
    /// Underlyings of all that the account has and that could move.
    movable: UnderlyingSet,
    /// Why something of the account cannot move, if so: of the first.
    stuck: Option<RiskError>,
    /// True if everything that can move is among the legs.
    whole: bool,
}

impl Scope {
    /// Looks at everything that an account holds, and lists the legs that move in the order in which they are cut.
    #[inline(never)]
    fn of(board: &Board, account: &Portfolio, legs: &Legs, now: i64, room: &mut Workspace) -> Result<Self, RiskError> {
        let mut scope = Self { moved: UnderlyingSet::EMPTY, movable: UnderlyingSet::EMPTY, stuck: None, whole: true };
        room.count = 0;
        for (slot, p) in account.open().iter().enumerate() {
            let i = board.instrument(p.key.instrument())?;
            if p.lots.is_zero() || i.settled != 0 {
                continue;
            }
            let u = board.underlying(i.underlying)?;
            if scope.takes(u, legs.has_position(slot), now) {
                room.push(position_leg(i, u, p.lots.get(), slot, now))?;
            }
        }
        for (slot, balance) in account.balances.iter().enumerate().filter(|(_, b)| b.amount > 0) {
            let token = board.token(balance.token)?;
            let u = board.underlying(token.underlying)?;
            if scope.takes(u, legs.has_balance(slot), now) {
                let held = token.units(balance.amount)?.get();
                let lot = 1 << DELTA_BITS;
                room.push(Cut {
                    held,
                    delta: held as u64 * lot,
                    lot,
                    index: balance.token,
                    underlying: u.index,
                    slot: slot as u8, // below MAX_BALANCES
                    is_token: 1,
                    ..Cut::zeroed()
                })?;
            }
        }
        let count = room.count as usize;
        sort(&mut room.legs[..count]);
        Ok(scope)
    }

    /// True if a holding of an underlying is a leg that moves.
    #[inline(always)]
    fn takes(&mut self, u: &Underlying, asked: bool, now: i64) -> bool {
        if !self.movable.contains(u.index) {
            if let Err(stuck) = u.require_movable(now) {
                self.stuck.get_or_insert(stuck);
                return false;
            }
            self.movable = self.movable.with(u.index);
        }
        if asked {
            self.moved = self.moved.with(u.index);
        } else {
            self.whole = false;
        }
        asked
    }

    /// Leaves only what cannot move.
    #[cold]
    fn leave_stuck(&self, board: &Board, trial: &mut Portfolio) -> Result<(), RiskError> {
        let count = trial.position_count as usize;
        for p in trial.positions.iter_mut().take(count) {
            if self.movable.contains(p.key.underlying()) {
                p.lots = Lots::ZERO;
            }
        }
        for balance in trial.balances.iter_mut().filter(|b| b.amount > 0) {
            if self.movable.contains(board.token(balance.token)?.underlying) {
                balance.amount = 0;
            }
        }
        Ok(())
    }
}

/// A position as a leg, with the present delta of its lots. A lot of an option of little delta carries none: otherwise half a
/// coarse lot of another leg would move as many of them as make up its delta, all of a tail perhaps, whatever the fraction.
pub(super) fn position_leg(i: &Instrument, u: &Underlying, lots: i64, slot: usize, now: i64) -> Cut {
    let lot = lot_delta(i, u, now);
    let whole = i.delta_units.get() << DELTA_BITS;
    let carries = lot.unsigned_abs() >= whole.unsigned_abs().div_ceil(LEAST_CARRYING);
    Cut {
        held: lots,
        delta: lots.unsigned_abs() * lot.unsigned_abs(),
        lot: if carries { lot.unsigned_abs() } else { 0 },
        index: i.index,
        underlying: u.index,
        slot: slot as u8, // below MAX_POSITIONS
        is_short: u8::from((lots < 0) != (lot < 0)),
        ..Cut::zeroed()
    }
}

/// What a slice must be beside a help.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// True if a fraction of one leaves nothing that could move: it always helps.
    pub whole: bool,
    /// True if only all is tried, of an account that is dust.
    pub only_all: bool,
    /// Least margin that is freed where the buffer is not reached.
    pub least: QuoteNative,
}

impl Rules {
    /// Those of a part of one position: any helps that makes the account better.
    pub const NONE: Self = Self { whole: false, only_all: false, least: QuoteNative::ZERO };
}

/// One account, and the fractions that are tried of its legs.
pub(super) struct Trials<'a> {
    board: &'a Board,
    account: &'a Portfolio,
    room: &'a mut Workspace,
    moved: UnderlyingSet,
    now: i64,
    /// What it was required to have, net of what others have paid for it.
    before: &'a Requirements,
    terms: &'a Terms,
    /// Maintenance margin after the last trial.
    last: QuoteNative,
    /// The margin that the last trial freed which would have helped, had it not been too little.
    too_small: Option<QuoteNative>,
}

impl<'a> Trials<'a> {
    /// Of the legs in a workspace that was begun with the account.
    pub fn new(
        board: &'a Board,
        account: &'a Portfolio,
        room: &'a mut Workspace,
        (moved, now): (UnderlyingSet, i64),
        before: &'a Requirements,
        terms: &'a Terms,
    ) -> Self {
        Self { board, account, room, moved, now, before, terms, last: before.maintenance, too_small: None }
    }

    /// Searches. The legs are left cut by what was found.
    ///
    /// # Errors
    /// [`RiskError::LiquidationDoesNotHelp`]; [`RiskError::SliceTooSmall`]; [`RiskError::NothingToLiquidate`].
    #[inline(never)]
    pub fn run(&mut self, most: u64, rules: Rules) -> Result<Point, RiskError> {
        if most == 0 {
            return Err(RiskError::NothingToLiquidate);
        }
        let goal = self.goal(most, rules)?;
        let Some(best) = search(&goal, |fraction| self.at(fraction, rules))? else {
            let (before, after) = (self.before.maintenance.get(), self.last.get());
            return Err(match self.too_small {
                Some(freed) => RiskError::SliceTooSmall { freed: freed.get(), least: rules.least.get() },
                None => RiskError::LiquidationDoesNotHelp { before, after },
            });
        };
        self.room.take(self.board, self.account, best.fraction)?;
        Ok(best)
    }

    fn goal(&self, most: u64, rules: Rules) -> Result<Goal, RiskError> {
        let params = &self.board.params;
        let none = excess(params, self.before.equity, self.before.maintenance)?;
        if rules.only_all {
            if most < FRACTION_ONE {
                return Err(RiskError::SliceTooSmall { freed: 0, least: self.before.maintenance.get() });
            }
            return Ok(Goal { most, start: most, step: 1, none, near: i64::MAX });
        }
        let start = closed_form(params, self.before, self.terms)?;
        let step = self.step();
        // Half a lot further, so that the coarsest leg is rounded up.
        let start = if start < most { (start + step / 2).min(most) } else { most };
        Ok(Goal { most, start, step, none, near: near(self.before).get() })
    }

    /// The fraction that a lot of the coarsest leg is of that leg, by the value of a lot's delta.
    fn step(&self) -> u64 {
        let value = |leg: &Cut| {
            let price = self.board.underlying(leg.underlying).map_or(0, |u| u.price.get());
            let scale = self.board.underlying(leg.underlying).map_or(0, Underlying::scale);
            (u128::from(leg.lot) * price.unsigned_abs() as u128) >> scale
        };
        let coarsest = self.room.legs().iter().max_by_key(|leg| value(leg));
        coarsest.map_or(FRACTION_ONE, |leg| FRACTION_ONE / leg.held.unsigned_abs().max(1))
    }

    /// Tries a fraction, at the largest cost.
    #[inline(never)]
    fn at(&mut self, fraction: u64, rules: Rules) -> Result<Point, RiskError> {
        self.room.take(self.board, self.account, fraction)?;
        let maintenance = self.room.check(self.board, &self.room.trial, self.moved, self.now)?.maintenance;
        self.last = maintenance;
        let freed = self.before.maintenance.minus(maintenance)?;
        let paid = self.terms.pay(freed)?.from_account;
        let moved = self.room.legs().iter().filter(|leg| leg.taken != 0).count() as i64;
        let equity = self.before.equity.minus(paid)?.minus(QuoteNative::new(moved * ROUNDING))?;
        let excess = excess(&self.board.params, equity, maintenance)?;
        let mut helps = rules.whole && fraction >= FRACTION_ONE;
        if !helps && self.is_better(equity, maintenance) {
            helps = excess >= 0 || freed >= rules.least;
            self.too_small = if helps { None } else { Some(freed) };
        }
        Ok(Point { fraction, excess, maintenance, helps })
    }

    /// True if the account is better off. A seized one is where maintenance margin falls.
    fn is_better(&self, equity: QuoteNative, maintenance: QuoteNative) -> bool {
        self.terms.is_seized && maintenance < self.before.maintenance || is_better(self.before, equity, maintenance)
    }
}
