use std::{
    future::{Future, poll_fn},
    pin::pin,
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::Poll,
    thread,
};

use super::error::CliError;

/// What a shell reports of a program that an interrupt ended.
const INTERRUPTED: i32 = 130;

/// Notices Ctrl-C, so that long work can end with what it has. A second Ctrl-C ends the program.
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Begins to listen; when this returns, an interrupt no longer ends the program.
    pub(super) fn listen() -> Result<Self, CliError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let noticed = Arc::new(AtomicBool::new(false));
        let notice = Arc::clone(&noticed);
        let (listening, listens) = mpsc::channel();
        thread::Builder::new().name("interrupt".into()).spawn(move || {
            runtime.block_on(async {
                let mut first = pin!(tokio::signal::ctrl_c());
                // The first poll is what begins to listen.
                let at_once = poll_fn(|context| Poll::Ready(first.as_mut().poll(context))).await;
                // Nobody waits for it only where the program has ended already.
                let _ = listening.send(());
                let came = match at_once {
                    Poll::Ready(came) => came,
                    Poll::Pending => first.await,
                };
                // Where the system lets nobody listen, Ctrl-C ends the program as it always does.
                if came.is_ok() {
                    notice.store(true, Ordering::SeqCst);
                    if tokio::signal::ctrl_c().await.is_ok() {
                        process::exit(INTERRUPTED);
                    }
                }
            });
        })?;
        // It fails only when the thread ended by a panic, and then there is nothing to wait for.
        let _ = listens.recv();
        Ok(Self(noticed))
    }

    /// Whether it came.
    pub(super) fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
