//! Decides whether to ask again, and how long to wait before that.

use std::time::{Duration, SystemTime};

use super::client::Answer;

/// The longest total wait of one check. A server that asks for more is not asked again.
pub const MAX_WAIT: Duration = Duration::from_secs(60);

/// The first pause, if the server does not say how long. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// A source of time. Tests replace it, so that they need not wait.
pub trait Clock {
    /// The time of day.
    fn now(&self) -> SystemTime;

    /// Waits.
    fn sleep(&self, duration: Duration);
}

/// This machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Whether the same request may have another answer a little later.
pub(super) fn may_pass(answer: &Answer) -> bool {
    matches!(answer.status, 408 | 429 | 500..=599)
}

/// How long the server asks to wait. `Retry-After` has seconds or a date (RFC 9110, section
/// 10.2.3). Without it, and if the rate limit was hit, `X-RateLimit-Reset` has Unix seconds.
pub(super) fn asked_wait(answer: &Answer, now: SystemTime) -> Option<Duration> {
    let until = |time: SystemTime| time.duration_since(now).unwrap_or_default();
    if let Some(text) = answer.header("retry-after") {
        let text = text.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        if let Ok(date) = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text) {
            return Some(until(date.into()));
        }
    }
    if answer.status != 429 {
        return None;
    }
    let reset = answer.header("x-ratelimit-reset")?.trim().parse().ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(reset)).map(until)
}

/// What to do after a temporary failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Wait, then ask again.
    Wait(Duration),
    /// The server asks for a longer wait than is left.
    TooLong(Duration),
    /// No attempt is left.
    Stop,
}

/// How many attempts and how much waiting are left.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    retries: u32,
    wait: Duration,
    pause: Duration,
}

impl Patience {
    pub(super) fn new(retries: u32) -> Self {
        Self { retries, wait: MAX_WAIT, pause: FIRST_PAUSE }
    }

    /// Decides what comes next, and subtracts it from what is left.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Next {
        let Some(retries) = self.retries.checked_sub(1) else {
            return Next::Stop;
        };
        let (pause, by_server) = match asked {
            Some(pause) => (pause, true),
            None => (self.pause, false),
        };
        let Some(wait) = self.wait.checked_sub(pause) else {
            return if by_server { Next::TooLong(pause) } else { Next::Stop };
        };
        self.retries = retries;
        self.wait = wait;
        self.pause = self.pause.saturating_mul(2);
        Next::Wait(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
        let headers = headers.iter().map(|&(key, value)| (key.to_owned(), value.to_owned()));
        Answer { status, headers: headers.collect(), body: Some(Vec::new()) }
    }

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_wait_that_the_server_asks_for_is_understood() {
        // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110, is 784111777.
        let now = SystemTime::UNIX_EPOCH + seconds(784_111_770);
        for (status, headers, wait) in [
            (503, &[][..], None),
            (503, &[("retry-after", "0")], Some(seconds(0))),
            (503, &[("retry-after", " 12 ")], Some(seconds(12))),
            (503, &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], Some(seconds(7))),
            (503, &[("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT")], Some(seconds(0))),
            (503, &[("retry-after", "Sat, 05 Nov 1994 08:49:37 GMT")], Some(seconds(0))),
            (503, &[("retry-after", "-1")], None),
            (503, &[("retry-after", "soon")], None),
            (503, &[("retry-after", "99999999999999999999999")], None),
            (503, &[("retry-after", "18446744073709551615")], Some(seconds(u64::MAX))),
            (429, &[("x-ratelimit-reset", "784111775")], Some(seconds(5))),
            (429, &[("x-ratelimit-reset", "1")], Some(seconds(0))),
            (429, &[("x-ratelimit-reset", "never")], None),
            (429, &[("retry-after", "3"), ("x-ratelimit-reset", "784111775")], Some(seconds(3))),
            (429, &[("retry-after", "soon"), ("x-ratelimit-reset", "784111775")], Some(seconds(5))),
            // The rate limit is not the reason for this answer.
            (503, &[("x-ratelimit-reset", "784111775")], None),
        ] {
            assert_eq!(asked_wait(&answer(status, headers), now), wait, "{status} {headers:?}");
        }
    }

    #[test]
    fn only_what_may_pass_is_asked_again() {
        for status in [408, 429, 500, 502, 503, 504, 599] {
            assert!(may_pass(&answer(status, &[])), "{status}");
        }
        for status in [200, 204, 302, 400, 401, 403, 404, 600] {
            assert!(!may_pass(&answer(status, &[])), "{status}");
        }
    }

    #[test]
    fn pauses_double_and_attempts_end() {
        let mut patience = Patience::new(3);
        let pauses: Vec<_> = (0..4).map(|_| patience.next(None)).collect();
        let pause = |millis| Next::Wait(Duration::from_millis(millis));
        assert_eq!(pauses, [pause(200), pause(400), pause(800), Next::Stop]);
        assert_eq!(Patience::new(0).next(Some(seconds(0))), Next::Stop);
    }

    #[test]
    fn all_waits_together_are_bounded() {
        let mut patience = Patience::new(10);
        assert_eq!(patience.next(Some(seconds(40))), Next::Wait(seconds(40)));
        assert_eq!(patience.next(Some(seconds(21))), Next::TooLong(seconds(21)));
        assert_eq!(patience.next(Some(seconds(20))), Next::Wait(seconds(20)));
        assert_eq!(patience.next(None), Next::Stop);
        assert_eq!(patience.next(Some(seconds(u64::MAX))), Next::TooLong(seconds(u64::MAX)));
    }
}
