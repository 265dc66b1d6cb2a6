use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How far long work has come, on standard error; nothing where that is not a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    phase: String,
}

impl Progress {
    /// Work called `what`.
    pub(super) fn of(what: &'static str) -> Self {
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{prefix} {spinner} {msg:12} {wide_bar} {pos}/{len} {elapsed}")
            .expect("the template is well formed");
        bar.set_style(style);
        bar.set_prefix(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, phase: String::new() }
    }

    /// The work is in `phase` and has done `done` of `total`; 0 of 0 where that is not known.
    pub(super) fn tell(&mut self, phase: &str, done: u64, total: u64) {
        if self.phase != phase {
            phase.clone_into(&mut self.phase);
            self.bar.set_message(self.phase.clone());
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
