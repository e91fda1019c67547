//! What goes through several families: the main job, migrations, guards, options, random sequences.

mod guards;
mod migrate;
pub mod options;
mod parallel;
mod random;
mod smoke;
