//! `intercom-sec listen`.

mod answers;
mod clients;
mod ending;
mod explaining;
mod forwarding;
mod limits;
mod load;
mod messenger;
mod saving;
