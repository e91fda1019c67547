//! The volatility surface.

use crate::{
    bench::{Bench, key},
    row::{Row, row},
};
use anyhow::Result;
use ballast_client::{
    ballast::args::SurfaceArgs,
    instruction,
    risk::{Ppm, Smile, SurfaceParams},
};
use ballast_testkit::options::SMILE;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The rows.
pub const ROWS: &[Row] = &[
    row("open_surface", 4_700, "one surface"),
    row("change_surface", 1_650, "its parameters"),
    row("set_publishers", 2_100, "five publishers"),
    row("open_expiry", 1_850, "one expiry with its smile"),
    row("publish_volatility", 3_000, "the last of five publishers; the dearest call"),
];

/// Publishers of every surface, and how many of them make a smile.
const PUBLISHERS: u8 = 5;
const SURFACE: SurfaceParams = SurfaceParams { min_publishers: 3, ..ballast_testkit::options::SURFACE.params };

fn publishers() -> Vec<Keypair> {
    (0..PUBLISHERS).map(|n| key(0x20 + n)).collect()
}

/// A surface with its publishers and expiries.
pub fn open(b: &mut Bench, underlying: u16, expiries: [i64; 2]) -> Result<()> {
    let (e, admin, payer) = (b.svm.exchange, b.svm.admin.insecure_clone(), b.svm.payer.pubkey());
    let a = admin.pubkey();
    let addresses: Vec<_> = publishers().iter().map(|p| p.pubkey()).collect();
    let open = instruction::open_surface(&e, &payer, &a, &SurfaceArgs { params: SURFACE, underlying });
    b.send("open_surface", open, &[&admin])?;
    b.send("change_surface", instruction::change_surface(&e, &a, underlying, &SURFACE), &[&admin])?;
    b.send("set_publishers", instruction::set_publishers(&e, &a, underlying, &addresses), &[&admin])?;
    for expiry in expiries {
        b.send("open_expiry", instruction::open_expiry(&e, &a, underlying, expiry, &SMILE), &[&admin])?;
    }
    Ok(())
}

/// Every publisher's smile of every expiry.
pub fn publish(b: &mut Bench, underlying: u16, expiries: [i64; 2]) -> Result<()> {
    let e = b.svm.exchange;
    for (level, publisher) in (0..).zip(&publishers()) {
        for expiry in expiries {
            let smile = Smile { level: Ppm::new(SMILE.level.get() + level * 1_000), ..SMILE };
            let ix = instruction::publish_volatility(&e, &publisher.pubkey(), underlying, expiry, &smile);
            b.send("publish_volatility", ix, &[publisher])?;
        }
    }
    Ok(())
}
