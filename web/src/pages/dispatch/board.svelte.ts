// The dispatcher's day: the plan, what is live of it, and what is wrong with it.
import { ask, get, Refusal, told, type Schemas } from '../../shared/api';
import { t } from './t';

export type Plan = Schemas['PlanResponse'];
export type Route = Schemas['RouteOut'];

export interface PlaceText {
  type: string;
  code?: string;
  name?: string;
  commune?: string | null;
  home_delivery_id?: string;
}
export interface LiveStop {
  id: string;
  sequence: number;
  place: PlaceText;
  reached: 'done' | 'passed' | 'ahead';
  arrives_at: string;
  departs_at: string;
  late_s: number;
}
export interface LiveRoute {
  route: Route;
  state: 'waiting' | 'out' | 'back';
  leaves_at: string | null;
  returns_at: string | null;
  position: { lat: number; lon: number; at: string } | null;
  stops: LiveStop[];
}
export interface Alert {
  id: string | null;
  kind: string;
  route_id: string | null;
  courier: string | null;
  sentence_vi: string;
  sentence_en: string;
}
export interface Live {
  revision: number;
  at: string;
  routes: LiveRoute[];
  items_late: number;
  alerts: Alert[];
}

/** A row of the time line. */
export interface Row {
  id: string;
  carrier: { kind: 'run' | 'round'; id: string; code: string; name: string };
  route: Route;
  live: LiveRoute | null;
  late_s: number;
}

export interface Difference {
  cost_dong: number;
  changes: { kind: string; count: number; sentence_vi: string; sentence_en: string }[];
}

/** What a move would do. */
export interface Trial {
  move: Record<string, unknown>;
  difference: Difference;
  broken: { code: string; sentence_vi: string; sentence_en: string }[];
}

class Board {
  days = $state.raw<string[]>([]);
  date = $state('');
  plan = $state.raw<Plan | null>(null);
  etag = $state<string | null>(null);
  map = $state.raw<GeoJSON.FeatureCollection | null>(null);
  live = $state.raw<Live | null>(null);
  findings = $state.raw<Schemas['DiscrepancyResponse'][]>([]);
  chosen = $state<string | null>(null);
  locks = $state.raw<Schemas['LockOut'][]>([]);
  trial = $state.raw<Trial | null>(null);
  /** The item that is being dragged. */
  dragged = $state<string | null>(null);
  #locksTag: string | null = null;
  connected = $state<boolean | null>(null);
  problem = $state('');
  say = $state('');
  job = $state.raw<Schemas['PlanJobResponse'] | null>(null);
  /** Whether this service knows live days: it may be older than the page. */
  knowsLive = $state(false);

  #events: EventSource | null = null;
  #soon = 0;

  get rows(): Row[] {
    const { plan, live } = this;
    if (!plan) return [];
    const byRoute = new Map((live?.routes ?? []).map((route) => [route.route.id, route]));
    const row = (route: Route, carrier: Row['carrier']): Row => {
      const seen = byRoute.get(route.id) ?? null;
      const ahead = seen?.stops.filter((stop) => stop.reached === 'ahead').map((stop) => stop.late_s) ?? [];
      return { id: route.id, carrier, route, live: seen, late_s: Math.max(0, ...ahead) };
    };
    return [
      ...plan.runs.flatMap((run) => run.routes.map((route) => row(route, { kind: 'run', id: run.id, code: run.code, name: run.name }))),
      ...plan.rounds.map((round) => row(round.route, { kind: 'round', id: round.id, code: '', name: round.half_day })),
    ].filter((one) => one.route.departs_at);
  }

  get couriers(): { code: string; name: string }[] {
    const found = new Map(this.rows.map((row) => [row.route.courier.code, row.route.courier]));
    return [...found.values()].sort((a, b) => a.code.localeCompare(b.code));
  }

  async start() {
    await this.guard(async () => {
      const list = await get<Schemas['PlanList']>('/v1/plans?limit=1000');
      this.days = list.plans.map((plan) => plan.date).sort().reverse();
      const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
      this.date = this.days.includes(today) ? today : (this.days[0] ?? '');
      await this.load();
    });
    this.#follow();
  }

  stop() {
    this.#events?.close();
    clearTimeout(this.#soon);
  }

  async guard(work: () => Promise<void>) {
    this.problem = '';
    try {
      await work();
    } catch (error) {
      this.problem = error instanceof Refusal && error.status === 412 ? t('lost_race') : told(error, t('error'));
      if (error instanceof Refusal && error.status === 412) await this.load().catch(() => undefined);
    }
  }

  async load() {
    const { date } = this;
    if (!date) return;
    const [plan, map] = await Promise.all([
      ask<Plan>(`/v1/plans/${date}`),
      get<GeoJSON.FeatureCollection>(`/v1/plans/${date}/geojson`),
    ]);
    if (date !== this.date) return;
    this.plan = plan.body;
    this.etag = plan.etag;
    this.map = map;
    this.trial = null;
    const locks = await ask<Schemas['LocksBody']>(`/v1/plans/${date}/locks`).catch(() => null);
    if (date !== this.date) return;
    this.locks = locks?.body.locks ?? [];
    this.#locksTag = locks?.etag ?? null;
    await this.refresh();
  }

  /** What changes all the time. */
  async refresh() {
    const { date } = this;
    if (!date) return;
    const live = await get<Live>(`/v1/plans/${date}/live`).catch((error) => {
      if (error instanceof Refusal && error.status < 500) return null;
      throw error;
    });
    const findings = await get<Schemas['DiscrepancyList']>('/v1/discrepancies?state=open&limit=200');
    if (date !== this.date) return;
    // Of another day than today nothing is live: what would be late by now tells nobody anything.
    this.live = live?.at.slice(0, 10) === date ? live : null;
    this.knowsLive = live !== null;
    this.findings = findings.discrepancies;
    if (this.live && live && this.plan && live.revision !== this.plan.revision) await this.load();
  }

  /** The browser itself reconnects and says which event it had last. */
  #follow() {
    this.#events = new EventSource('/v1/events');
    this.#events.onopen = () => {
      // What happened in between is asked for at once.
      if (this.connected === false) void this.guard(() => this.refresh());
      this.connected = true;
    };
    this.#events.onerror = () => (this.connected = false);
    const changed = () => {
      clearTimeout(this.#soon);
      this.#soon = window.setTimeout(() => void this.guard(() => this.refresh()), 400);
    };
    for (const type of ['scan.recorded', 'discrepancy.opened', 'discrepancy.assigned', 'discrepancy.explained', 'discrepancy.resolved', 'alert.raised', 'alert.ended']) {
      this.#events.addEventListener(type, changed);
    }
    this.#events.addEventListener('plan.stored', () => void this.guard(() => this.load()));
  }

  async planDay(date: string) {
    await this.guard(async () => {
      const begun = await ask<Schemas['PlanJobResponse']>('/v1/plans', { body: { date } });
      this.job = begun.body;
      while (this.job && !['done', 'failed', 'cancelled', 'succeeded'].includes(this.job.state)) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        this.job = await get<Schemas['PlanJobResponse']>(`/v1/plan-jobs/${begun.body.id}`);
        if (this.job.finished_at) break;
      }
      const { error } = this.job;
      this.job = null;
      if (error) {
        this.problem = t('failed', { why: error });
        return;
      }
      this.say = t('planned');
      if (!this.days.includes(date)) this.days = [date, ...this.days].sort().reverse();
      this.date = date;
      await this.load();
    });
    this.job = null;
  }

  async cancelJob() {
    const { job } = this;
    if (job) await this.guard(async () => void (await ask(`/v1/plan-jobs/${job.id}`, { method: 'DELETE' })));
  }

  /** What a move would cost and break; nothing changes yet. */
  async tryMove(move: Record<string, unknown>) {
    await this.guard(async () => {
      const answer = await ask<Omit<Trial, 'move'>>(`/v1/plans/${this.date}/moves`, { body: { move, dry_run: true }, headers: this.ifMatch() });
      this.trial = { move, ...answer.body };
    });
  }

  async makeMove(reason: string) {
    const { trial } = this;
    if (!trial) return;
    await this.guard(async () => {
      await ask(`/v1/plans/${this.date}/moves`, { body: { move: trial.move, dry_run: false, ...(reason ? { reason } : {}) }, headers: this.ifMatch() });
      await this.load();
    });
  }

  isLocked(route: string): boolean {
    return this.locks.some((lock) => lock.route === route);
  }

  async lock(route: string, on: boolean) {
    await this.guard(async () => {
      const locks = on ? [...this.locks, { route }] : this.locks.filter((lock) => lock.route !== route);
      const headers: Record<string, string> = this.#locksTag ? { 'if-match': this.#locksTag } : {};
      const answer = await ask<Schemas['LocksBody']>(`/v1/plans/${this.date}/locks`, { method: 'PUT', body: { locks }, headers });
      this.locks = answer.body.locks;
      this.#locksTag = answer.etag;
    });
  }

  ifMatch(): Record<string, string> {
    return this.etag ? { 'if-match': this.etag } : {};
  }
}

export const board = new Board();
