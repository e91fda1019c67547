//! Books of futures and options: opened and closed with a maker at the marks, and what they are margined at in between.

use super::{
    cast::{BOOKS, Book, Cast},
    show,
    stage::Stage,
};
use crate::{Trader, Venue};
use anyhow::{Context, Result};
use ballast_client::{ballast::args::OrderArgs, risk::Side, terms::Terms};

/// Opens each book, shows its margin beside that of its legs, and closes it.
pub fn show(stage: &mut Stage, venue: &Venue, cast: &Cast) -> Result<()> {
    stage.step("And with a dated future and options: opened against Maya at the marks, shown, and closed again")?;
    let maker = &cast.makers()[0];
    for book in &BOOKS {
        let trader = cast.named(book.name).with_context(|| format!("{} is not in the cast", book.name))?;
        for (name, side, size) in book.legs {
            deal(stage, venue, trader, maker, named(venue, name)?, *side, size)?;
        }
        show::book(stage, venue, trader, &title(book))?;
        for (name, side, size) in book.legs.iter().rev() {
            let opposite = side.opposite();
            deal(stage, venue, trader, maker, named(venue, name)?, opposite, size)?;
        }
    }
    stage.line("view_margin and the client agree on these too; the options were priced on chain, by Black-76.")
}

fn title(book: &Book) -> String {
    format!("{}: {}", book.name, book.what)
}

/// The instrument whose name ends so: an option's begins with its underlying and the day of its expiry.
fn named<'a>(venue: &'a Venue, end: &str) -> Result<&'a Terms> {
    venue.terms.iter().find(|t| t.name.ends_with(end)).with_context(|| format!("{end} is not listed"))
}

/// A trader buys or sells at the mark what a maker quotes for it, both in one transaction.
fn deal(
    stage: &mut Stage,
    venue: &Venue,
    trader: &Trader,
    maker: &Trader,
    terms: &Terms,
    side: Side,
    size: &str,
) -> Result<()> {
    let (board, now) = (venue.net.rpc().board(&venue.exchange)?.board, venue.net.rpc().now()?);
    let i = board.instrument(terms.instrument)?;
    let mark = i.mark_at(board.underlying(i.underlying)?, now);
    let quote = OrderArgs::post_only(side.opposite(), terms.mark_ticks(mark.get(), 0), terms.lots(size)?);
    let order = OrderArgs::limit(side, quote.price, quote.lots).fill_or_kill();
    let both =
        [venue.place(maker, terms.instrument, &quote, &[]), venue.place(trader, terms.instrument, &order, &[maker])];
    let sent = venue.net.send(&both, &trader.key, &[&maker.key]);
    stage.note(&sent.with_context(|| format!("{} could not trade {}", trader.name, terms.name))?)
}
