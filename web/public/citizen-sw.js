// Shows citizens in their browser what they are told of a result on its way. Its scope is the page under their link.
self.addEventListener('push', (event) => {
  const told = event.data?.json();
  if (!told) return;
  // What comes twice has one tag and is shown once.
  const shown = { body: `${told.text}\n${told.text_en}`, tag: told.id, icon: '/icon-192.png', lang: 'vi' };
  event.waitUntil(self.registration.showNotification(told.title, shown));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const open = async () => {
    const page = self.registration.scope;
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const own = windows.find((client) => client.url.startsWith(page));
    return own ? own.focus() : self.clients.openWindow(page);
  };
  event.waitUntil(open());
});
