//! Planning without a chain: from hand-made states.

use super::{Action, Keys, Plan, State, plan, timelock::nonce_of};
use crate::{
    config::{Config, FeedConfig, Scale},
    instruction,
};
use ballast::{
    error::BallastError,
    instruction::tag,
    state::{Exchange, PendingChange, RiskBoard, Treasury},
};
use ballast_risk::{Ppm, QuoteNative};
use bytemuck::zeroed_box;
use solana_address::Address;

const NOW: i64 = 1_621_209_600;
const TIMELOCK: u32 = 86_400;

fn keys() -> Keys {
    let [payer, admin] = [7, 8].map(|n| Address::new_from_array([n; 32]));
    Keys { payer, admin, insurance_source: None }
}

/// The file of the local exchange, with addresses.
fn config() -> Config {
    let mut config = Config::from_toml(include_str!("../../../../migrations/localnet.toml")).unwrap();
    config.exchange.quote_mint = Some(Address::new_from_array([1; 32]).to_string());
    config.collateral[0].mint = Some(Address::new_from_array([2; 32]).to_string());
    config
}

/// A file of nothing but the exchange itself.
fn bare() -> Config {
    let mut config = config();
    config.interest = None;
    config.group.clear();
    config.underlying.clear();
    config.collateral.clear();
    config.perpetual.clear();
    config.future.clear();
    config.series.clear();
    config
}

/// The exchange of [`bare`], with a timelock.
fn made(config: &Config) -> State {
    let mut exchange: Box<Exchange> = zeroed_box();
    let fees = config.exchange.fees().unwrap();
    (exchange.admin, exchange.quote_mint) = (keys().admin, config.exchange.mint().unwrap());
    exchange.fees = fees;
    exchange.timelock = TIMELOCK;
    let mut board: Box<RiskBoard> = zeroed_box();
    board.board.params = config.margin.read(&Scale::NONE).unwrap();
    let mut treasury: Box<Treasury> = zeroed_box();
    treasury.insurance = QuoteNative::new(config.exchange.first_insurance().unwrap() as i64);
    State {
        exchange: Some(exchange),
        treasury: Some(treasury),
        board_len: RiskBoard::LEN,
        board: Some(board),
        ..State::empty(config.exchange.id)
    }
}

fn names(plan: &Plan) -> Vec<&'static str> {
    let mut names: Vec<_> =
        plan.steps.iter().flat_map(|s| &s.instructions).filter_map(|i| instruction::name(&i.data)).collect();
    names.dedup();
    names
}

/// The markets that a plan lists.
fn plan_markets(plan: &Plan) -> usize {
    let listings = ["list_perpetual", "list_future", "list_option"];
    names(plan).iter().filter(|name| listings.contains(name)).count()
}

/// I320.
#[test]
fn everything_is_made_in_the_order_in_which_it_is_needed() {
    let plan = plan(&config(), &keys(), &State::empty(1), NOW).unwrap();
    let order = [
        "initialize_exchange",
        "grow_board",
        "set_product_group",
        "list_underlying",
        "open_surface",
        "list_collateral",
        "list_perpetual",
        "list_future",
        "open_expiry",
        "list_option",
        "fund_insurance",
        "set_interest",
    ];
    // Each market is grown after its listing.
    let mut names = names(&plan);
    assert_eq!(names.iter().filter(|name| **name == "grow_market").count(), plan_markets(&plan));
    names.retain(|name| *name != "grow_market");
    names.dedup();
    assert_eq!(names, order);
    let shown = plan.to_string();
    assert!(shown.contains("list perpetual BTC-PERP at 0: lot 0.001, tick 0.1 USDC"), "{shown}");
    assert!(shown.contains("list option BTC160621-36000C at 4: lot 0.001, tick 0.1 USDC, expiry 2021-06-16T08:00:00Z"));
    assert!(shown.contains("give 25,000 USDC to the insurance fund"));
    assert!(shown.contains("list underlying SOL at 2: scan range 0.25"));
}

#[test]
fn what_the_file_lacks_is_named() {
    let state = State::empty(1);
    let error = |config: &Config| plan(config, &keys(), &state, NOW).unwrap_err().to_string();
    let mut lacking = config();
    lacking.exchange.quote_mint = None;
    assert_eq!(error(&lacking), "exchange.quote_mint is missing");
    let mut lacking = config();
    lacking.collateral[0].mint = None;
    assert_eq!(error(&lacking), "the mint of SOL is missing");
    let mut lacking = config();
    lacking.underlying[0].surface = None;
    assert_eq!(error(&lacking), "BTC has options but no surface");
    let mut lacking = config();
    lacking.future[0].days = None;
    assert_eq!(error(&lacking), "BTC-30D needs either days or expiry");
    lacking.future[0].expiry = Some("Christmas".to_owned());
    assert_eq!(error(&lacking), "'Christmas' is no time such as 2026-12-25T08:00:00Z");
    let mut lacking = config();
    lacking.series[0].days.clear();
    assert_eq!(error(&lacking), "a series of BTC has no expiry");
}

#[test]
fn an_expiry_that_has_passed_is_not_listed() {
    let mut config = config();
    (config.future[0].days, config.future[0].expiry) = (None, Some("2021-05-16T08:00:00Z".to_owned()));
    (config.series[0].days, config.series[0].expiries) = (Vec::new(), vec!["2021-05-16T08:00:00Z".to_owned()]);
    let plan = plan(&config, &keys(), &State::empty(1), NOW).unwrap();
    assert_eq!(plan.notes, ["BTC-30D expired at 2021-05-16T08:00:00Z"]);
    assert!(!names(&plan).iter().any(|n| ["list_future", "open_expiry", "list_option"].contains(n)));
}

/// I346. The file's settlement time cannot become that of an exchange on which something awaits its settlement.
#[test]
fn another_settlement_time_waits_until_nothing_is_unsettled() {
    let mut config = bare();
    let mut state = made(&config);
    config.margin.set("settlement_time", "43_200");
    let found = |state: &State| plan(&config, &keys(), state, NOW).unwrap();
    assert!(found(&state).steps[0].what.contains("margin: settlement_time 28800 -> 43200"), "{}", found(&state));
    state.board.as_mut().unwrap().board.next_settlement = NOW + 28_800;
    let plan = found(&state);
    assert!(plan.steps.iter().all(|s| !s.what.contains("settlement_time")), "{plan}");
    assert_eq!(
        plan.conflicts,
        ["margin: settlement_time is 28800, the file says 43200, which cannot change while something awaits its \
          settlement, next at 2021-05-17T08:00:00Z"]
    );
}

/// A lot of few units leaves an average in steps; the tool says so.
#[test]
fn a_dated_lot_of_few_units_is_noted() {
    let mut config = config();
    assert!(plan(&config, &keys(), &State::empty(1), NOW).unwrap().notes.is_empty());
    config.underlying[0].unit_exponent = 4;
    let notes = plan(&config, &keys(), &State::empty(1), NOW).unwrap().notes;
    assert_eq!(notes.len(), 2, "the future and the series: {notes:?}");
    assert!(notes[0].starts_with("BTC-30D: a lot has 10 delta units, which 30 samples fix in steps"), "{notes:?}");
}

/// I320.
#[test]
fn the_insurance_fund_gets_what_is_missing_of_its_first_gift() {
    let config = bare();
    let mut state = made(&config);
    state.exchange.as_mut().unwrap().timelock = 0;
    let due = |state: &State| plan(&config, &keys(), state, NOW).unwrap().steps.first().map(|s| s.what.clone());
    assert_eq!(due(&state), None);
    let treasury = state.treasury.as_mut().unwrap();
    (treasury.insurance, treasury.bad_debt_paid) = (QuoteNative::new(0), QuoteNative::new(24_999_000_000));
    assert!(due(&state).unwrap().starts_with("give 1 USDC to the insurance fund"));
}

/// The state with a proposal of another taker fee, made at a time.
fn proposed(config: &Config, proposed_at: i64) -> State {
    let mut state = made(config);
    let ix = instruction::change_fees(&state.addresses, &keys().admin, &config.exchange.fees().unwrap());
    let mut change: Box<PendingChange> = zeroed_box();
    change.payer = keys().payer;
    change.len = ix.data.len() as u16;
    change.data[..ix.data.len()].copy_from_slice(&ix.data);
    change.proposed_at = proposed_at;
    change.not_before = proposed_at + i64::from(TIMELOCK);
    change.expires_at = change.not_before + 1_000;
    state.changes.insert(nonce_of(tag::CHANGE_FEES, "fees"), change);
    state.exchange.as_mut().unwrap().fees.taker_fee = Ppm::new(501);
    state
}

/// I323.
#[test]
fn a_proposal_waits_is_executed_and_expires() {
    let mut config = bare();
    config.exchange.timelock = TIMELOCK;
    let wait = i64::from(TIMELOCK);
    let action = |state: &State, now| {
        let steps = plan(&config, &keys(), state, now).unwrap().steps;
        steps.iter().map(|s| s.action).collect::<Vec<_>>()
    };
    let mut fresh = proposed(&config, NOW);
    assert_eq!(action(&fresh, NOW), [Action::Wait { until: Some(NOW + wait) }]);
    assert_eq!(action(&fresh, NOW + wait - 1), [Action::Wait { until: Some(NOW + wait) }]);
    assert_eq!(action(&fresh, NOW + wait), [Action::Execute]);
    assert_eq!(action(&fresh, NOW + wait + 1_000), [Action::Execute]);
    let late = NOW + wait + 1_001;
    assert_eq!(action(&fresh, late), [Action::Withdraw, Action::Propose { ready_at: late + wait }]);
    // Without a proposal.
    let changes = std::mem::take(&mut fresh.changes);
    assert_eq!(action(&fresh, NOW), [Action::Propose { ready_at: NOW + wait }]);
    fresh.changes = changes;
    // A timelock that is lengthened holds for what was proposed before, as in the program.
    fresh.exchange.as_mut().unwrap().timelock = TIMELOCK + 60;
    let steps = plan(&config, &keys(), &fresh, NOW + wait).unwrap().steps;
    assert_eq!(steps[0].action, Action::Wait { until: Some(NOW + wait + 60) });
    fresh.exchange.as_mut().unwrap().timelock = TIMELOCK;
    // So does a pause of withdrawals, and the timelock after it.
    fresh.exchange.as_mut().unwrap().withdrawals_open_since = NOW + 60;
    assert_eq!(action(&fresh, NOW + wait), [Action::Wait { until: Some(NOW + wait + 60) }]);
    fresh.exchange.as_mut().unwrap().pause = ballast::state::Pause::WITHDRAW;
    assert_eq!(action(&fresh, NOW + wait), [Action::Wait { until: Some(NOW + 2 * wait) }]);
    let exchange = fresh.exchange.as_mut().unwrap();
    (exchange.pause, exchange.withdrawals_open_since, exchange.timelock) =
        (ballast::state::Pause::empty(), 0, TIMELOCK + 60);
    // Nor is a proposal of something else taken for this one.
    let mut other = proposed(&config, NOW);
    other.changes.values_mut().for_each(|c| c.data[1] ^= 1);
    assert_eq!(action(&other, NOW + wait)[0], Action::Withdraw);
}

#[test]
fn the_admin_signs_and_the_payer_pays() {
    let plan = plan(&config(), &keys(), &State::empty(1), NOW).unwrap();
    for step in &plan.steps {
        for signer in step.signers() {
            assert!(signer == keys().admin || signer == keys().payer, "{step}");
        }
    }
    assert!(plan.steps.iter().all(|s| s.signers().len() <= 2 && !s.is_wait()));
}

/// I324.
#[test]
fn a_number_beyond_its_hard_bound_is_named_before_anything_is_sent() {
    let found = |change: fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        plan(&config, &keys(), &State::empty(1), NOW).unwrap().conflicts
    };
    assert!(found(|_| {}).is_empty());
    let range = found(|c| c.underlying[0].params.set("scan_range", "1.5"));
    assert_eq!(range, ["BTC: scan_range is 1500000, and must be from 10000 to 1000000 millionths"]);
    let feed = found(|c| c.underlying[0].second = Some(FeedConfig { account: None, ..c.underlying[1].first.clone() }));
    assert_eq!(feed, [format!("BTC: {}", BallastError::FeedNotPinned.message())]);
    let fee = found(|c| c.exchange.fees.set("taker_fee", "0.02"));
    assert_eq!(fee, ["the exchange: taker_fee is 20000, and must be from 0 to 10000 millionths"]);
    for change in [
        (|c| c.margin.set("initial_ratio", "1")) as fn(&mut Config),
        |c| c.group[0].params.set("offset", "0.96"),
        |c| c.underlying[1].range.set("sigmas", "0.5"),
        |c| c.underlying[0].surface.as_mut().unwrap().params.set("min_publishers", "6"),
        |c| c.underlying[0].surface.as_mut().unwrap().smile.set("level", "5"),
        |c| c.collateral[0].params.set("haircut", "0.95"),
        |c| c.perpetual[0].contract.limits.set("price_band", "0.6"),
        |c| c.perpetual[0].contract.funding.set("period", "60"),
        |c| c.future[0].contract.limits.set("max_orders", "0"),
        |c| c.series[0].contract.funding.set("max_basis", "0.2"),
        |c| {
            c.underlying[0].surface.as_mut().unwrap().params.set("min_publishers", "2");
            c.exchange.timelock = 2_592_001;
        },
        |c| c.exchange.timelock = 60, // with one publisher
    ] {
        assert_eq!(found(change).len(), 1);
    }
}

#[test]
fn the_example_for_real_money_is_inside_all_bounds() {
    let example = Config::from_toml(include_str!("../../../../migrations/mainnet.example.toml")).unwrap();
    let state = State::empty(example.exchange.id);
    let now = crate::time::parse("2026-11-21T12:00:00Z").unwrap();
    let plan = plan(&example, &keys(), &state, now).unwrap();
    assert!(plan.conflicts.is_empty() && plan.notes.is_empty(), "{plan}");
    assert_eq!(plan.steps.last().unwrap().what, "timelock: 0 -> 172800 seconds");
    assert!(
        example
            .underlying
            .iter()
            .all(|u| u.second.is_none() && !u.guard.read(&Scale::NONE).unwrap().max_move.is_zero())
    );
    assert!(
        example.underlying.iter().filter_map(|u| u.surface.as_ref()).all(|s| s.params().unwrap().min_publishers >= 3)
    );
}
