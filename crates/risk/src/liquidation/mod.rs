//! The liquidation of an account below maintenance, by slices of its whole portfolio.
//!
//! A liquidator takes one common fraction of any set of the account's positions and tokens over at the marks. The account pays a
//! discount: a share of the margin that the slice frees, and of the equity that there is. A slice of a hedged book is a smaller
//! hedged book, so that margin falls whatever hedges what: for the whole portfolio P, `M((1 − f) · P) ≤ (1 − f) · M(P)`.
//!
//! [`cut`] turns a fraction into whole lots, [`discount`](Terms) says what a slice costs, [`slice()`] finds its size, and
//! [`Slice::apply`] moves it. [`Episode`] is what an account remembers of its default.
mod apply;
mod cut;
mod discount;
mod episode;
mod legs;
mod loss;
mod notice;
mod on_book;
mod receivership;
mod search;
mod slice;

pub use apply::{LegMoved, Sliced};
pub use cut::{Cut, DELTA_BITS, FRACTION_ONE, cut, fraction_of};
pub use discount::{Payment, Terms, owners_share};
pub use episode::{COUNTED_SECONDS, CountedRatio, Episode, EpisodeLeg, MAX_EPISODE_LEGS, NOTICE_SECONDS};
pub use legs::{Legs, names_token};
pub use notice::{Found, Noticed, held, measure};
pub use on_book::{BOOK_WINDOW_PART, BOOK_WINDOW_SECONDS, BookClose, BookClosed, BookWindow, close_on_book};
pub use receivership::{SEIZURE_NOTICE_SECONDS, Spending, UNTAKEN_SECONDS, require_untaken, seizure_level};
pub use slice::{Request, Slice, Workspace, slice};
