// Who is logged in at this browser.
import { ask, get, Refusal, type Schemas } from './api';

export type Role = 'admin' | 'dispatcher' | 'courier' | 'clerk' | 'supervisor' | 'integration';
export interface Party {
  type: string;
  code?: string;
  name?: string;
}
export interface Who {
  name: string;
  role: Role;
  party: Party | null;
}

class Session {
  state = $state<'asking' | 'in' | 'out' | 'unreachable'>('asking');
  who = $state.raw<Who | null>(null);

  async start() {
    this.state = 'asking';
    try {
      const me = await get<Schemas['MeResponse']>('/v1/me');
      this.who = { name: me.name, role: me.role as Role, party: (me.acts_for as unknown as Party | null | undefined) ?? null };
      this.state = 'in';
    } catch (error) {
      this.state = error instanceof Refusal && (error.status === 401 || error.status === 403) ? 'out' : 'unreachable';
    }
  }

  async leave() {
    await ask('/v1/logout', { method: 'POST' }).catch(() => undefined);
    location.assign('/login');
  }
}

export const session = new Session();
