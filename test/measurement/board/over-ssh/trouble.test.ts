import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, expectTrue, fakeBoard, session } from '../known-board';
import { SshServer } from '../ssh-server';

let server: SshServer;
beforeAll(async () => {
  server = await SshServer.start();
});
afterAll(() => server.close());

describe('trouble on the way', () => {
  it('measures a load again when the link drops', async () => {
    const fake = fakeBoard();
    fake.onLoad = (number) => {
      if (number !== 2) return;
      server.cut();
      fake.abandonLoad();
    };
    const file = await session(server, fake).measured;
    expect(file.state).toBe('complete');
    expect(eventsOf(file)).toBe('The link dropped while conv1 forward int8 was measured; it is measured again.');
    for (const row of file.rows) expectTrue(row, fake);
  });

  it('goes on when the board starts anew, with another clock and sensors under other numbers', async () => {
    const fake = fakeBoard();
    fake.onLoad = (number, layer) => {
      if (number !== 5) return;
      expect(layer).toBe('dense');
      void server.refuse().then(async () => {
        fake.reboot();
        await new Promise((resolve) => setTimeout(resolve, 700));
        await server.listen();
      });
    };
    const file = await session(server, fake).measured;
    expect(file.state, file.reason).toBe('complete');
    expect(eventsOf(file)).toBe('The link dropped while dense forward int8 was measured; it is measured again.\nFake96 has started anew.');
    expect(file.origin).toMatchObject({ bootIds: ['11111111-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000002'] });
    for (const row of file.rows) expectTrue(row, fake);
  });

  it('finds a sensor again that came back under another number', async () => {
    const fake = fakeBoard();
    fake.onLoad = (number) => number === 2 && fake.renumber('VCCAUX', 'hwmon7');
    const file = await session(server, fake, { layers: ['conv1'] }).measured;
    expect(file.state).toBe('complete');
    expect(eventsOf(file)).toContain('The sensor of ina226 VCCAUX stopped answering while conv1 forward int8 was measured');
    expectTrue(file.rows[0], fake);
  });

  it('keeps what it has when a sensor is gone for good, and never sums what is left', async () => {
    const fake = fakeBoard();
    fake.onLoad = (number) => number === 5 && fake.remove('VCCAUX');
    const file = await session(server, fake).measured;
    expect(file).toMatchObject({ state: 'partial', reason: expect.stringContaining('The sensor of ina226 VCCAUX is gone from Fake96') });
    expect(file.rows.map(({ layer }) => layer)).toEqual(['conv1']);
    expectTrue(file.rows[0], fake);
  });

  it('keeps what it has when the board does not come back', async () => {
    const fake = fakeBoard();
    fake.onLoad = (number) => number === 4 && void server.refuse();
    try {
      const { measured, store } = session(server, fake, { reconnectSeconds: 2 });
      const file = await measured;
      expect(file).toMatchObject({ state: 'partial', reason: expect.stringContaining('Fake96 went away and did not come back') });
      expect(store.read(file.id).rows).toHaveLength(1);
    } finally {
      await server.listen();
    }
  });

  it('keeps what it has when it is cancelled, and ends what runs on the board', async () => {
    const fake = fakeBoard();
    const { measured, cancel, store } = session(server, fake);
    fake.onLoad = (number) => number === 4 && cancel.abort();
    const file = await measured;
    expect(file).toMatchObject({ state: 'partial', reason: 'Cancelled after 1 of 2.' });
    expect(store.read(file.id)).toEqual(file);
    expectTrue(file.rows[0], fake);
    // The fourth load was cut: nothing was started after it.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(fake.loads.length).toBeLessThanOrEqual(4);
  });
});
