//! Migrations: an exchange made by the steps of a plan (I320 to I324).

use ballast_client::{
    BallastError, TOKEN_PROGRAM,
    ballast::{
        args::{Authority, QUOTE_TOKEN},
        constants::CHANGE_LIFETIME,
        state::{Exchange, Market, Treasury},
    },
    config::{self, Config, Section},
    decimal, instruction,
    migrate::{Action, Keys, Plan, Step},
    risk::{Kind, MarginParams},
};
use ballast_testkit::Svm;
use proptest::test_runner::{Config as ProptestConfig, TestRunner};
use solana_account::Account;
use solana_address::Address;
use solana_signer::Signer;
use std::{cell::RefCell, mem::offset_of};

const DAY: i64 = 86_400;
const TIMELOCK: u32 = 172_800;

/// What an entry in days stands for on an exchange that settles at midnight.
fn expiry(now: i64, days: u32) -> i64 {
    config::expiry(&MarginParams::default(), now, days).unwrap()
}

/// A machine, the file of a whole exchange, and who makes it.
struct World {
    svm: Svm,
    config: Config,
    keys: Keys,
}

impl World {
    /// Nothing but the program and the mints, and the file of a whole exchange with a timelock.
    fn new() -> Self {
        let mut svm = Svm::bare().unwrap();
        let mut config = svm.resolved();
        config.exchange.timelock = TIMELOCK;
        config.exchange.withdrawal_limit = Some(Section::of(&[("limit", "5_000_000"), ("window", "86_400")]));
        config.collateral[0].withdrawal_limit = Some(Section::of(&[("limit", "25_000"), ("window", "3_600")]));
        let surface = config.underlying[0].surface.as_mut().unwrap();
        surface.params.set("min_publishers", "2");
        surface.publishers = vec![svm.publisher().pubkey().to_string()];
        config.interest = Some(Section::of(&[
            ("base_rate", "0.02"),
            ("optimal_rate", "0.12"),
            ("max_rate", "1.5"),
            ("optimal_utilisation", "0.8"),
            ("max_utilisation", "0.9"),
            ("max_owed", "0.9"),
            ("reserve", "0.1"),
            ("epoch_seconds", "3_600"),
        ]));
        config.perpetual[0].contract.orders = 1_000;
        config.series[0].days = vec![7, 30];
        config.series[0].strikes.truncate(2);
        let (usdc, giver) = (svm.usdc, svm.payer.pubkey());
        let source = svm.create_token_account(&usdc, &giver, 1_000_000_000_000);
        let keys = Keys { insurance_source: Some(source), ..svm.keys() };
        Self { svm, config, keys }
    }

    /// A whole exchange.
    fn complete() -> Self {
        let mut world = Self::new();
        world.apply();
        world
    }

    fn plan(&self) -> Plan {
        self.svm.plan(&self.config, &self.keys).unwrap()
    }

    /// Sends what can be sent now. Returns how many steps that was.
    fn apply(&mut self) -> usize {
        let plan = self.plan();
        for step in plan.sendable() {
            self.svm.run(step).unwrap_or_else(|e| panic!("{step}: {e:?}"));
        }
        plan.sendable().count()
    }

    /// Applies until only waiting helps, and waits, until nothing is left.
    fn finish(&mut self) {
        for _ in 0..20 {
            self.apply();
            let plan = self.plan();
            if plan.steps.is_empty() {
                return;
            }
            self.svm.advance(TIMELOCK.into());
        }
        panic!("there is no end:\n{}", self.plan());
    }

    /// Every account that a migration makes or changes.
    fn accounts(&self) -> Vec<(Address, Account)> {
        [self.svm.program_accounts(), self.svm.token_accounts()].concat()
    }

    fn assert_done(&self) {
        let plan = self.plan();
        assert!(plan.steps.is_empty() && plan.conflicts.is_empty(), "{plan}");
        assert_eq!(plan.to_string(), "nothing to do\n");
    }

    /// The only step of the plan.
    #[track_caller]
    fn only(&self) -> String {
        let plan = self.plan();
        assert_eq!(plan.steps.len(), 1, "{plan}");
        plan.steps[0].to_string()
    }
}

// I320: a plan makes the chain what the file says; then there is nothing to do.
#[test]
fn a_plan_makes_the_exchange_that_the_file_describes() {
    let mut world = World::new();
    let plan = world.plan();
    let admin = world.svm.admin.pubkey();
    assert!(plan.steps[0].to_string().starts_with("initialize exchange 1"), "{plan}");
    assert!(plan.steps[0].signers().contains(&admin));
    assert_eq!(plan.steps.last().unwrap().to_string(), "timelock: 0 -> 172800 seconds");
    assert!(plan.steps.iter().all(|s| s.action == Action::Send));
    world.apply();
    world.assert_done();

    let (svm, now) = (&world.svm, world.svm.now());
    let board = svm.board().board;
    let listed: Vec<_> = board.instruments.iter().filter(|i| i.is_listed()).collect();
    let kinds = |kind: Kind| listed.iter().filter(|i| i.kind == kind as u8).count();
    assert_eq!((kinds(Kind::Perpetual), kinds(Kind::Future), kinds(Kind::Call), kinds(Kind::Put)), (3, 1, 4, 4));
    // The future of thirty days and the options of thirty days expire together.
    assert_eq!((listed[3].expiry, listed[10].expiry), (expiry(now, 30), expiry(now, 30)));
    assert_eq!(listed[4].expiry, expiry(now, 7));
    assert!(svm.surface(0).surface.publishers[0] == svm.publisher().pubkey().to_bytes());
    let treasury = svm.treasury();
    assert_eq!(treasury.insurance.get(), decimal::parse("25_000", 6).unwrap());
    assert_eq!(
        (treasury.quote_window.params.limit, treasury.token_windows[0].params.window),
        (5_000_000_000_000, 3_600)
    );
    assert_eq!(board.interest.params.max_rate.get(), 1_500_000);
    let market = svm.account(&svm.exchange.market(0)).unwrap();
    assert!(market.data.len() >= Market::BOOK_OFFSET + ballast_client::book::required_len(1_000));
}

// I321: interrupted after any step and run again, it ends in the same bytes.
#[test]
fn a_run_that_was_interrupted_anywhere_ends_the_same() {
    let mut world = World::new();
    let steps = world.plan().steps;
    let mut interrupted = vec![world.svm.vm.clone()];
    for step in &steps {
        world.svm.run(step).unwrap();
        interrupted.push(world.svm.vm.clone());
    }
    let whole = world.accounts();
    for (done, vm) in interrupted.into_iter().enumerate() {
        world.svm.vm = vm;
        assert!(world.plan().steps[..] == steps[done..], "after {done} steps:\n{}", world.plan());
        world.apply();
        world.assert_done();
        assert!(world.accounts() == whole, "interrupted after {done} steps");
    }
}

// I321: also if hours pass between the runs. Then an expiry in days may be an earlier one, but there is one of each.
#[test]
fn runs_hours_apart_end_with_everything_listed_once() {
    for (k, hours) in [1, 3, 6, 12].into_iter().enumerate() {
        let mut world = World::new();
        loop {
            let steps = world.plan().steps;
            if steps.is_empty() {
                break;
            }
            for step in steps.iter().take(7 + k) {
                world.svm.run(step).unwrap();
            }
            world.svm.advance(hours * 3_600 + 17);
        }
        let board = world.svm.board().board;
        let names: Vec<_> = board.instruments.iter().filter(|i| i.is_listed()).map(|i| i.name).collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(names.len(), once.len());
    }
}

// I320: tomorrow there is nothing to do either; when the weekly expiry has passed, the next one is listed, and nothing else.
#[test]
fn a_run_on_another_day_lists_only_what_has_passed() {
    let mut world = World::complete();
    for _ in 0..7 {
        world.assert_done();
        world.svm.advance(DAY);
    }
    world.svm.advance(60);
    let weekly = expiry(world.svm.now(), 7);
    // Two strikes, a call and a put of each, and room for the orders of each; they wait for the timelock, but the expiry is theirs
    // from the proposal on.
    let plan = world.plan();
    assert_eq!(plan.steps.len(), 1 + 4 + 4, "{plan}");
    assert!(plan.steps[0].to_string().contains("open expiry"), "{plan}");
    world.apply();
    world.svm.advance(i64::from(TIMELOCK) / 2);
    assert!(world.plan().steps.iter().all(|s| s.is_wait()), "{}", world.plan());
    world.svm.advance(i64::from(TIMELOCK) / 2);
    let room = |s: &Step| s.to_string().starts_with("grow");
    assert!(world.plan().steps.iter().all(|s| s.action == Action::Execute || room(s)), "{}", world.plan());
    world.apply();
    world.assert_done();
    let listed = |i: &&ballast_client::risk::Instrument| i.is_option() && i.expiry == weekly;
    assert_eq!(world.svm.board().board.instruments.iter().filter(listed).count(), 4);
}

/// Changes of one number of the file, and what the plan then says.
type Change = (&'static str, fn(&mut Config), &'static str);

const CHANGES: &[Change] = &[
    ("taker fee", |c| c.exchange.fees.set("taker_fee", "0.0004"), "fees: taker_fee 0.0005 -> 0.0004"),
    ("maker fee", |c| c.exchange.fees.set("maker_fee", "-0.0002"), "fees: maker_fee -0.0001 -> -0.0002"),
    ("penalty", |c| c.exchange.fees.set("maker_penalty", "12.5"), "fees: maker_penalty 0 USDC -> 12.5 USDC"),
    ("margin", |c| c.margin.set("initial_ratio", "1.5"), "margin: initial_ratio 1.25 -> 1.5"),
    ("dust", |c| c.margin.set("dust_value", "20"), "margin: dust_value 10 USDC -> 20 USDC"),
    ("interest", |c| c.interest.as_mut().unwrap().set("max_rate", "1.6"), "interest: max_rate 1.5 -> 1.6"),
    (
        "surface",
        |c| c.underlying[0].surface.as_mut().unwrap().params.set("hour_bound", "0.5"),
        "the surface of BTC: hour_bound 0.25 -> 0.5",
    ),
    ("group", |c| c.group[0].params.set("offset", "0.5"), "product group MAJORS: offset 0.6 -> 0.5"),
    ("ungrouped", |c| c.underlying[1].group = None, "underlying ETH: group MAJORS -> none"),
    ("range", |c| c.underlying[0].params.set("scan_range", "0.2"), "underlying BTC: scan_range 0.15 -> 0.2"),
    ("sigmas", |c| c.underlying[1].range.set("sigmas", "4.5"), "underlying ETH: range.sigmas 0 -> 4.5"),
    ("guard", |c| c.underlying[2].guard.set("max_move", "0.1"), "underlying SOL: guard.max_move 0 -> 0.1"),
    ("age", |c| c.underlying[0].params.set("max_age", "20"), "underlying BTC: max_age 10 -> 20"),
    ("haircut", |c| c.collateral[0].params.set("haircut", "0.1"), "collateral SOL: haircut 0.05 -> 0.1"),
    (
        "deposits",
        |c| c.collateral[0].params.set("deposit_limit", "50_000.5"),
        "collateral SOL: deposit_limit 100,000 -> 50,000.5",
    ),
    (
        "cap",
        |c| c.perpetual[0].contract.limits.set("open_interest_cap", "6000"),
        "BTC-PERP: open_interest_cap 5,000 -> 6,000",
    ),
    (
        "position",
        |c| c.perpetual[2].contract.limits.set("max_position", "99_999.9"),
        "SOL-PERP: max_position 100,000 -> 99,999.9",
    ),
    ("orders", |c| c.perpetual[1].contract.limits.set("max_orders", "32"), "ETH-PERP: max_orders 64 -> 32"),
    ("band", |c| c.future[0].contract.limits.set("price_band", "0.2"), "BTC-30D: price_band 0.1 -> 0.2"),
    (
        "funding",
        |c| c.perpetual[0].contract.funding.set("impact_notional", "1000"),
        "BTC-PERP: funding.impact_notional 0 USDC -> 1,000 USDC",
    ),
    (
        "limit",
        |c| c.exchange.withdrawal_limit.as_mut().unwrap().set("limit", "0"),
        "withdrawals of USDC: limit 5,000,000 -> 0",
    ),
    (
        "window",
        |c| c.collateral[0].withdrawal_limit.as_mut().unwrap().set("window", "7_200"),
        "withdrawals of SOL: window 3600 -> 7200",
    ),
    ("insurance", |c| c.exchange.insurance = "26_000".into(), "give 1,000 USDC to the insurance fund"),
    ("longer timelock", |c| c.exchange.timelock = 200_000, "timelock: 172800 -> 200000 seconds"),
    ("shorter timelock", |c| c.exchange.timelock = 3_600, "timelock: 172800 -> 3600 seconds"),
];

// I322: one number changed is one step, which says the number before and after; it is proposed, waits, and is executed.
#[test]
fn one_number_changed_is_one_step() {
    let mut made = World::complete();
    for (what, change, said) in CHANGES {
        let config = made.config.clone();
        let vm = made.svm.vm.clone();
        change(&mut made.config);
        let only = made.only();
        assert!(only.contains(said), "{what}: {only}");
        made.finish();
        made.assert_done();
        (made.config, made.svm.vm) = (config, vm);
    }
    made.assert_done();
}

// I320, I322: an expiry that the file names by its time fills a rung; two series that name the same option list it once; what
// is left on a rung changes with its series.
#[test]
fn expiries_by_time_and_in_days_share_a_ladder() {
    let mut world = World::complete();
    let weekly = expiry(world.svm.now(), 7);
    world.config.series.push(world.config.series[0].clone());
    world.assert_done();
    // Five days ahead: on the rung of the weekly, before the one that is there.
    let named = weekly - 2 * DAY;
    world.config.series[1].days.clear();
    world.config.series[1].expiries = vec![ballast_client::time::format(named)];
    let plan = world.plan();
    assert_eq!(plan.steps.len(), 1 + 4 + 4, "{plan}");
    world.finish();
    world.config.series[1].expiries.clear();
    world.config.series[1].days = vec![7];
    world.assert_done();
    for s in &mut world.config.series {
        s.contract.limits.set("max_position", "500");
    }
    let plan = world.plan();
    assert_eq!(plan.steps.len(), 4 * 3, "{plan}");
    world.finish();
}

// I321, I322: whatever changes in the file, however often a run is interrupted and however long that takes, the chain becomes
// what the file says.
#[test]
fn random_changes_with_random_interruptions_end_as_the_file_says() {
    let made = World::complete();
    let (vm, config) = (made.svm.vm.clone(), made.config.clone());
    let world = RefCell::new(made);
    let changes = (0..CHANGES.len(), 1..5usize, 0..TIMELOCK * 2);
    let runs = proptest::collection::vec(changes, 1..6);
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) });
    let checked = runner.run(&runs, |runs| {
        let mut world = world.borrow_mut();
        (world.svm.vm, world.config) = (vm.clone(), config.clone());
        for (change, steps, seconds) in runs {
            CHANGES[change].1(&mut world.config);
            for step in world.plan().sendable().take(steps) {
                world.svm.run(step).unwrap();
            }
            world.svm.advance(seconds.into());
        }
        world.finish();
        Ok(())
    });
    checked.unwrap();
}

// I322: parameters of a series change in each of its options, and in nothing else.
#[test]
fn a_series_changes_in_each_of_its_options() {
    let mut world = World::complete();
    world.config.series[0].contract.limits.set("max_position", "500");
    let plan = world.plan();
    assert_eq!(plan.steps.len(), 8, "{plan}");
    assert!(plan.steps.iter().all(|s| s.what.ends_with("max_position 1,000 -> 500")), "{plan}");
    world.finish();
}

// I323: before a change waits, it is proposed; a later run finds the proposal, waits for it and executes it.
#[test]
fn what_waits_for_the_timelock_is_proposed_then_waited_for_then_executed() {
    let mut world = World::complete();
    let start = world.svm.now();
    world.config.exchange.fees.set("taker_fee", "0.0004");
    let ready = ballast_client::time::format(start + i64::from(TIMELOCK));
    assert_eq!(world.only(), format!("propose (executable at {ready}): fees: taker_fee 0.0005 -> 0.0004"));
    world.apply();
    assert_eq!(world.only(), format!("waits until {ready}: fees: taker_fee 0.0005 -> 0.0004"));
    assert_eq!(world.apply(), 0);
    world.svm.advance(i64::from(TIMELOCK) - 1);
    assert_eq!(world.apply(), 0);
    world.svm.advance(1);
    assert_eq!(world.only(), "execute: fees: taker_fee 0.0005 -> 0.0004");
    world.apply();
    world.assert_done();
    // A plan that did not wait would be refused.
    let fees = world.config.exchange.fees().unwrap();
    let admin = world.svm.admin.insecure_clone();
    let at_once = instruction::change_fees(&world.svm.exchange, &admin.pubkey(), &fees);
    let refused = world.svm.send(&[at_once], &[&admin]).unwrap_err();
    assert_eq!(refused.ballast(), Some(BallastError::ChangeNotProposed));
}

// I323: a proposal that says something else by now, or that nobody executed in time, is withdrawn and made anew.
#[test]
fn a_proposal_that_is_out_of_date_is_withdrawn() {
    let mut world = World::complete();
    world.config.exchange.fees.set("taker_fee", "0.0004");
    world.apply();
    world.config.exchange.fees.set("taker_fee", "0.0003");
    let plan = world.plan();
    assert_eq!(plan.steps.len(), 2, "{plan}");
    let said = "withdraw the proposal: it says something else: fees: taker_fee 0.0005 -> 0.0003";
    assert_eq!(plan.steps[0].to_string(), said);
    assert!(matches!(plan.steps[1].action, Action::Propose { .. }));
    world.apply();
    world.svm.advance(i64::from(TIMELOCK) + CHANGE_LIFETIME + 1);
    let fees = |plan: &Plan| plan.steps.iter().filter(|s| s.what.contains("fees")).cloned().collect::<Vec<_>>();
    let again = fees(&world.plan());
    assert!(again[0].to_string().contains("it expired"), "{}", world.plan());
    for step in &again {
        world.svm.run(step).unwrap();
    }
    world.svm.advance(TIMELOCK.into());
    for step in &fees(&world.plan()) {
        world.svm.run(step).unwrap();
    }
    assert_eq!(world.svm.decode::<Exchange>(&world.svm.exchange.address).fees.taker_fee.get(), 300);
}

/// Adds an underlying like BTC to a file, with surface, perpetual, future and options.
fn add_xrp(config: &mut Config) {
    let mut xrp = config.underlying[0].clone();
    (xrp.name, xrp.first.id) = ("XRP".into(), "ab".repeat(32));
    config.underlying.push(xrp);
    let of = |name: &str| name.replace("BTC", "XRP");
    let (mut perpetual, mut future, mut series) =
        (config.perpetual[0].clone(), config.future[0].clone(), config.series[0].clone());
    (perpetual.name, perpetual.contract.underlying) = (of(&perpetual.name), "XRP".into());
    (future.name, future.contract.underlying) = (of(&future.name), "XRP".into());
    series.contract.underlying = "XRP".into();
    config.perpetual.push(perpetual);
    config.future.push(future);
    config.series.push(series);
}

// I323: a whole listing behind a timelock: an underlying with surface, perpetual, future and options, in days.
#[test]
fn a_listing_behind_the_timelock_is_executed_in_its_order() {
    let mut world = World::complete();
    add_xrp(&mut world.config);
    let proposed_at = world.svm.now();
    let first = world.plan();
    assert!(first.steps[0].to_string().contains("list underlying XRP at 3"), "{first}");
    world.apply();
    world.svm.advance(i64::from(TIMELOCK) - 7_200);
    let waiting = world.plan();
    assert!(waiting.steps.iter().all(|s| s.is_wait()), "{waiting}");
    world.svm.advance(7_200);
    assert!(world.plan().steps.iter().all(|s| matches!(s.action, Action::Execute | Action::Send)), "{}", world.plan());
    world.apply();
    world.assert_done();
    let board = world.svm.board().board;
    let of_xrp: Vec<_> = board.instruments.iter().filter(|i| i.is_listed() && i.underlying == 3).collect();
    assert_eq!(of_xrp.len(), 1 + 1 + 8);
    assert!(of_xrp.iter().any(|i| i.expiry == expiry(proposed_at, 30)));
}

// I321, I323: interrupted while it proposes or while it executes, it ends in the same bytes.
#[test]
fn a_listing_behind_the_timelock_that_was_interrupted_ends_the_same() {
    let mut world = World::complete();
    add_xrp(&mut world.config);
    let start = world.svm.now();
    let mut interrupted = Vec::new();
    for seconds in [TIMELOCK, 0] {
        for (n, step) in world.plan().sendable().enumerate() {
            if n % 4 == 0 {
                interrupted.push(world.svm.vm.clone());
            }
            world.svm.run(step).unwrap();
        }
        world.svm.advance(seconds.into());
    }
    world.assert_done();
    let whole = world.accounts();
    for vm in interrupted {
        world.svm.vm = vm;
        world.apply();
        if world.svm.now() < start + i64::from(TIMELOCK) {
            world.svm.advance(TIMELOCK.into());
            world.apply();
        }
        world.assert_done();
        assert!(world.accounts() == whole);
    }
}

// I324: what cannot be changed and differs is named, and touched by no step.
#[test]
fn what_cannot_be_changed_is_a_conflict() {
    let conflicts: &[Change] = &[
        ("lot", |c| c.perpetual[0].contract.lot = "0.002".into(), "BTC-PERP: lot is 0.001, the file says 0.002"),
        ("tick", |c| c.perpetual[0].contract.tick = "0.2".into(), "BTC-PERP: tick of a lot is 0.0001 USDC"),
        ("unit", |c| c.underlying[0].unit_exponent = 6, "BTC: unit_exponent is 5, the file says 6"),
        ("max price", |c| c.underlying[1].max_price = "200_000".into(), "max_price is 100,000 USDC"),
        ("mint", |c| c.exchange.quote_mint = Some(TOKEN_PROGRAM.to_string()), "the quote mint is"),
        ("token", |c| c.collateral[0].underlying = "BTC".into(), "SOL: underlying is 2"),
        (
            "expiry",
            |c| (c.future[0].days, c.future[0].expiry) = (None, Some("2021-07-01T08:00:00Z".into())),
            "BTC-30D: expiry is",
        ),
    ];
    let mut world = World::complete();
    for (what, change, said) in conflicts {
        let config = world.config.clone();
        change(&mut world.config);
        let plan = world.plan();
        assert!(plan.conflicts.iter().any(|c| c.contains(said)), "{what}: {plan}");
        world.config = config;
    }
    world.keys.admin = world.svm.payer.pubkey();
    assert!(world.plan().conflicts[0].contains("the admin is"));
}

// I324: what the file does not name is left as it is.
#[test]
fn what_is_left_out_of_the_file_stays() {
    let mut world = World::complete();
    world.config.perpetual.remove(0);
    world.config.series.clear();
    world.config.future.clear();
    world.config.collateral.clear();
    world.config.exchange.withdrawal_limit = None;
    world.config.interest = None;
    world.config.underlying[0].surface = None;
    world.assert_done();
    // Nor does the order of what is listed matter.
    world.config.underlying.reverse();
    world.config.perpetual.reverse();
    world.assert_done();
}

// I320: the insurance fund gets its first gift once, whatever it pays later.
#[test]
fn an_insurance_fund_that_paid_is_not_filled_up() {
    let mut world = World::complete();
    let address = world.svm.exchange.treasury;
    let mut account = world.svm.account(&address).unwrap();
    let (had, paid) = (8 + offset_of!(Treasury, insurance), 8 + offset_of!(Treasury, bad_debt_paid));
    account.data.copy_within(had..had + 8, paid);
    account.data[had..had + 8].fill(0);
    world.svm.set_account(address, account);
    assert!(world.svm.treasury().bad_debt_paid.get() > 0);
    world.assert_done();
}

// Another risk authority is nominated, and has to accept.
#[test]
fn another_authority_is_nominated() {
    let mut world = World::complete();
    let nominee = world.svm.publisher();
    world.config.exchange.risk_authority = Some(nominee.pubkey().to_string());
    assert!(world.only().starts_with("nominate the risk authority"));
    world.apply();
    let plan = world.plan();
    assert!(plan.steps.is_empty() && plan.notes[0].contains("has to accept"), "{plan}");
    let accept = instruction::accept_authority(&world.svm.exchange, &nominee.pubkey(), Authority::Risk);
    world.svm.send(&[accept], &[&nominee]).unwrap();
    world.assert_done();
}

// I320: the example for real money is valid: the program takes every number of it.
#[test]
fn the_example_for_real_money_can_be_made() {
    let mut svm = Svm::bare().unwrap();
    let mut config = Config::from_toml(include_str!("../../../../migrations/mainnet.example.toml")).unwrap();
    let like = svm.resolved();
    config.exchange.quote_mint = like.exchange.quote_mint;
    config.collateral[0].mint = like.collateral[0].mint.clone();
    svm.set_time(ballast_client::time::parse("2026-11-21T12:00:00Z").unwrap());
    svm.exchange = ballast_client::pda::Exchange::new(config.exchange.id);
    svm.migrate(&config).unwrap();
    let plan = svm.plan(&config, &svm.keys()).unwrap();
    assert!(plan.steps.is_empty() && plan.conflicts.is_empty(), "{plan}");
    assert_eq!(svm.treasury().quote_window.params.limit, 5_000_000_000_000);
    assert_eq!(config.exchange.withdrawal_limit.unwrap().args(QUOTE_TOKEN, 6).unwrap().params.limit, 5_000_000_000_000);
}
