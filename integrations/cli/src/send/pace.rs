//! So many in a second, evenly.

use std::time::Duration;

use tokio::time::Instant;

pub(super) struct Pace {
    step: Option<Duration>,
    next: Instant,
}

impl Pace {
    pub(super) fn new(rate: Option<f64>) -> Self {
        Self {
            step: rate.map(|rate| Duration::from_secs_f64(1.0 / rate)),
            next: Instant::now(),
        }
    }

    /// Waits until it is the next one's turn. Turns that were missed are not made up for in a burst.
    pub(super) async fn turn(&mut self) {
        let Some(step) = self.step else {
            return;
        };
        let due = self.next.max(Instant::now());
        tokio::time::sleep_until(due).await;
        self.next = due + step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ten_in_a_second_take_nine_tenths_and_a_pause_is_not_made_up_for() {
        let begun = Instant::now();
        let mut pace = Pace::new(Some(10.0));
        for _ in 0..10 {
            pace.turn().await;
        }
        assert_eq!(begun.elapsed().as_millis(), 900);
        tokio::time::sleep(Duration::from_secs(5)).await;
        pace.turn().await;
        pace.turn().await;
        assert_eq!(begun.elapsed().as_millis(), 6000);
    }
}
