//! `intercom-sec listen`.

mod answers;
mod clients;
mod ending;
mod forwarding;
mod limits;
mod load;
mod messenger;
mod saving;
