//! The volatility surface: who may publish what, and how far it moves (I201 to I203, I242 to I245).

use crate::{
    governance::timelock::{allowed, propose_now, set_timelock},
    harness::refusal::{assert_refused, refused},
};
use ballast_client::{
    BallastError as E,
    ballast::{args::SurfaceArgs, events::VolatilityPublished},
    event, instruction,
    risk::{MAX_PUBLISHERS, Ppm, Smile, SurfaceParams},
};
use ballast_testkit::{
    BTC, Sent, Svm,
    options::{SMILE, SURFACE as FREE},
};
use solana_address::Address;
use solana_instruction::error::InstructionError as I;
use solana_keypair::Keypair;
use solana_signer::Signer;

pub const DAY: i64 = 86_400;

/// A surface whose median is of three, which moves by at most 2 % an update, 10 % an hour and 20 % at first; and its
/// publishers, four of them.
struct Bounded {
    svm: Svm,
    publishers: Vec<Keypair>,
    expiry: i64,
}

impl Bounded {
    fn new() -> Self {
        let mut svm = Svm::new().unwrap();
        let publishers: Vec<Keypair> = (1..=4).map(|n| Keypair::new_from_array([n; 32])).collect();
        let args = SurfaceArgs {
            params: SurfaceParams {
                min_publishers: 3,
                max_quote_age: 60,
                update_bound: Ppm::new(20_000),
                hour_bound: Ppm::new(100_000),
                first_bound: Ppm::new(200_000),
                reserved: 0,
            },
            underlying: BTC,
        };
        let named: Vec<Address> = publishers.iter().map(Keypair::pubkey).collect();
        svm.open_surface_of(&args, &named).unwrap();
        let expiry = svm.now() + 30 * DAY;
        svm.open_expiry(BTC, expiry, &SMILE).unwrap();
        Self { svm, publishers, expiry }
    }

    /// A publisher says a level; returns how many counted.
    fn say(&mut self, publisher: usize, level: u32) -> u32 {
        let said = Smile { level: Ppm::new(level), ..SMILE };
        let sent = self.svm.publish_smile_by(&self.publishers[publisher], BTC, self.expiry, &said).unwrap();
        let event = published(&sent);
        assert_eq!((event.publisher, event.expiry), (self.publishers[publisher].pubkey(), self.expiry));
        assert_eq!((event.level, event.skew, event.curvature), {
            let smile = self.smile();
            (smile.level.get(), smile.skew, smile.curvature)
        });
        event.publishers
    }

    fn smile(&self) -> Smile {
        self.svm.surface(BTC).surface.expiry(self.expiry).unwrap().smile
    }

    fn level(&self) -> u32 {
        self.smile().level.get()
    }

    fn published_at(&self) -> i64 {
        self.svm.surface(BTC).surface.expiry(self.expiry).unwrap().published_at
    }

    /// Moves on, with a fresh price.
    fn advance(&mut self, seconds: i64) {
        self.svm.advance(seconds);
        self.svm.publish(BTC, "40000").unwrap();
    }
}

fn published(sent: &Sent) -> VolatilityPublished {
    let events: Vec<VolatilityPublished> = event::find(&sent.log);
    assert_eq!(events.len(), 1);
    events[0]
}

/// I242.
#[test]
fn a_smile_is_the_median_of_its_publishers_and_an_outlier_moves_nothing() {
    let mut b = Bounded::new();
    assert_eq!((b.say(0, 610_000), b.say(1, 4_000_000)), (1, 2));
    assert_eq!((b.level(), b.published_at()), (600_000, 0), "two of three make no smile");
    assert_eq!(b.say(2, 605_000), 3);
    assert_eq!((b.level(), b.published_at()), (610_000, b.svm.now()));
    // Of four and the smile in force the middle: of 605, 610, 610, 620 and 4,000 thousand.
    assert_eq!((b.say(3, 620_000), b.level()), (4, 610_000));
    b.advance(30);
    assert_eq!((b.say(1, 615_000), b.level()), (4, 610_000));
    assert_eq!((b.say(0, 615_000), b.level()), (4, 610_000), "moved in this second already");
    b.advance(10);
    assert_eq!((b.say(0, 615_000), b.level()), (4, 612_033), "a sixth of a minute's worth of two per cent");
}

/// I242.
#[test]
fn each_field_has_its_own_median() {
    let mut b = Bounded::new();
    for (n, smile) in [
        Smile { level: Ppm::new(610_000), skew: -30_000, curvature: 5_000 },
        Smile { level: Ppm::new(620_000), skew: -10_000, curvature: 15_000 },
        Smile { level: Ppm::new(630_000), skew: -25_000, curvature: 10_000 },
    ]
    .iter()
    .enumerate()
    {
        b.svm.publish_smile_by(&b.publishers[n], BTC, b.expiry, smile).unwrap();
    }
    let made = b.smile();
    assert_eq!((made.level.get(), made.skew, made.curvature), (620_000, -25_000, 10_000));
}

/// I242.
#[test]
fn a_publisher_who_says_it_twice_counts_once() {
    let mut b = Bounded::new();
    for level in [700_000, 701_000, 702_000] {
        assert_eq!(b.say(0, level), 1);
    }
    assert_eq!(b.say(1, 610_000), 2);
    assert_eq!((b.level(), b.published_at()), (600_000, 0));
    assert_eq!(b.say(2, 611_000), 3);
    // What he said last: the median of 702, 610 and 611 thousand.
    assert_eq!(b.level(), 611_000);
}

/// I243.
#[test]
fn a_stranger_publishes_nothing_and_a_publisher_who_was_removed_no_more() {
    let mut b = Bounded::new();
    let stranger = Keypair::new_from_array([9; 32]);
    let expiry = b.expiry;
    refused(&mut b.svm, |svm| svm.publish_smile_by(&stranger, BTC, expiry, &SMILE), E::NotAPublisher);
    for n in 0..3 {
        b.say(n, 610_000);
    }
    let admin = b.svm.admin.insecure_clone();
    let left: Vec<Address> = b.publishers[1..].iter().map(Keypair::pubkey).collect();
    let set = instruction::set_publishers(&b.svm.exchange, &admin.pubkey(), BTC, &left);
    b.svm.send(&[set], &[&admin]).unwrap();
    let removed = b.publishers[0].insecure_clone();
    refused(&mut b.svm, |svm| svm.publish_smile_by(&removed, BTC, expiry, &SMILE), E::NotAPublisher);
    // The smile stays in force; what was said before is forgotten, so that the others count anew.
    assert_eq!(b.level(), 610_000);
    assert_eq!((b.say(1, 611_000), b.say(2, 611_000)), (1, 2));
    assert_eq!(b.level(), 610_000);
}

/// I243.
#[test]
fn the_admin_is_no_publisher() {
    let mut b = Bounded::new();
    let (admin, expiry) = (b.svm.admin.insecure_clone(), b.expiry);
    refused(&mut b.svm, |svm| svm.publish_smile_by(&admin, BTC, expiry, &SMILE), E::NotAPublisher);
}

/// I242.
#[test]
fn quotes_count_as_long_as_they_may_be_old() {
    let mut b = Bounded::new();
    b.say(0, 610_000);
    b.advance(60);
    assert_eq!(b.say(1, 610_000), 2, "sixty seconds are not too old");
    b.advance(1);
    assert_eq!(b.say(2, 610_000), 2, "sixty-one are");
    assert_eq!(b.published_at(), 0);
    assert_eq!((b.say(0, 610_000), b.published_at()), (3, b.svm.now()));
}

/// I244.
#[test]
fn a_smile_moves_within_its_bounds_at_first_per_update_and_per_hour() {
    let mut b = Bounded::new();
    let start = b.svm.now();
    let all_say = |b: &mut Bounded, level: u32| {
        for n in 0..3 {
            b.say(n, level);
        }
        b.level()
    };
    // The first, made by the third publisher: 20 % from what was listed.
    assert_eq!(all_say(&mut b, 4_000_000), 720_000);
    // Then 2 % a minute, however many say it, and the hour's 10 %.
    b.advance(60);
    assert_eq!(all_say(&mut b, 4_000_000), 734_400);
    for _ in 0..5 {
        b.advance(60);
        all_say(&mut b, 4_000_000);
    }
    assert_eq!(b.level(), 792_000, "10 % above 720,000");
    // A new hour counts from the smile then.
    b.svm.set_time(start + 3_599);
    b.svm.publish(BTC, "40000").unwrap();
    assert_eq!(all_say(&mut b, 4_000_000), 792_000);
    b.advance(1);
    assert_eq!(all_say(&mut b, 4_000_000), 792_263);
    for _ in 0..10 {
        b.advance(60);
        all_say(&mut b, 4_000_000);
    }
    assert_eq!(b.level(), 871_200);
    // Down as well, from the minute on in which most say so.
    b.advance(60);
    assert_eq!(all_say(&mut b, 50_000), 871_200);
    b.advance(60);
    assert_eq!(all_say(&mut b, 50_000), 853_776);
}

/// I243.
#[test]
fn a_price_that_is_not_fresh_takes_no_volatility() {
    let mut svm = Svm::new().unwrap();
    let expiry = svm.now() + DAY;
    svm.open_surface(BTC).unwrap();
    svm.open_expiry(BTC, expiry, &SMILE).unwrap();
    svm.advance(10);
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    svm.advance(1);
    refused(&mut svm, |svm| svm.publish_smile(BTC, expiry, &SMILE), E::PriceStale);
    // What a smile's moneyness counts from is the price at its publication.
    svm.publish(BTC, "41000").unwrap();
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    assert_eq!(svm.surface(BTC).surface.expiry(expiry).unwrap().anchor_price, 410_000 * 16);
}

/// I245.
#[test]
fn a_surface_takes_five_publishers_and_an_exchange_one_surface_an_underlying() {
    let mut svm = Svm::new().unwrap();
    let expiry = svm.now() + DAY;
    let five: Vec<Keypair> = (1..=MAX_PUBLISHERS as u8).map(|n| Keypair::new_from_array([n; 32])).collect();
    let named: Vec<Address> = five.iter().map(Keypair::pubkey).collect();
    svm.open_surface_of(&SurfaceArgs { params: SurfaceParams { min_publishers: 5, ..FREE.params }, ..FREE }, &named)
        .unwrap();
    svm.open_expiry(BTC, expiry, &SMILE).unwrap();
    for (n, publisher) in (1..).zip(&five) {
        let sent = svm.publish_smile_by(publisher, BTC, expiry, &SMILE).unwrap();
        assert_eq!(published(&sent).publishers, n);
    }
    assert_eq!(svm.surface(BTC).surface.expiry(expiry).unwrap().published_at, svm.now());
    let admin = svm.admin.insecure_clone();
    let again = instruction::open_surface(&svm.exchange, &svm.payer.pubkey(), &admin.pubkey(), &FREE);
    assert_refused(&mut svm, &[again], &[&admin], I::Custom(0));
}

/// I654. One publisher is enough while an exchange is being set up; from its timelock on a surface needs two, and its parameters
/// change behind it.
#[test]
fn one_publisher_is_not_enough_where_there_is_a_timelock() {
    let mut svm = Svm::new().unwrap();
    let expiry = svm.now() + DAY;
    svm.open_surface(BTC).unwrap();
    svm.open_expiry(BTC, expiry, &SMILE).unwrap();
    svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    set_timelock(&mut svm, 60).unwrap();
    refused(&mut svm, |svm| svm.publish_smile(BTC, expiry, &SMILE), E::ParameterOutOfBounds);
    let admin = svm.admin.insecure_clone();
    let change = |least| {
        let params = SurfaceParams { min_publishers: least, ..FREE.params };
        instruction::change_surface(&svm.exchange, &admin.pubkey(), BTC, &params)
    };
    let (one, two) = (change(1), change(2));
    assert_refused(&mut svm, std::slice::from_ref(&two), &[&admin], E::ChangeNotProposed);
    propose_now(&mut svm, 1, &one);
    propose_now(&mut svm, 2, &two);
    svm.advance(60);
    svm.publish(BTC, "40000").unwrap();
    let (one, two) = (allowed(&svm, 1, &one), allowed(&svm, 2, &two));
    assert_refused(&mut svm, &[one], &[&admin], E::ParameterOutOfBounds);
    svm.send(&[two], &[&admin]).unwrap();
    let sent = svm.publish_smile(BTC, expiry, &SMILE).unwrap();
    assert_eq!(published(&sent).publishers, 1, "it is said, and makes no smile");
}

/// I659. For a day one of four says the highest and the lowest there is in turn; the smile stays where the other three are.
#[test]
fn one_stolen_publisher_moves_no_smile_beyond_the_others() {
    let mut b = Bounded::new();
    for n in 0..144 {
        b.advance(600);
        let thief = if n % 2 == 0 { 4_000_000 } else { 50_000 };
        for (publisher, level) in [(3, thief), (0, 610_000), (1, 615_000), (2, 620_000), (3, thief)] {
            b.say(publisher, level);
        }
        assert!((600_000..=620_000).contains(&b.level()), "{}", b.level());
        assert!(n < 3 || b.level() >= 610_000);
    }
}
