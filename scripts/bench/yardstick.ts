import express from 'express';
import pg from 'pg';

/** "Bare express + one pg insert", or one update: what any durable ingest costs on this machine. */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16 });
await pool.query(
  'CREATE TABLE IF NOT EXISTS yardstick (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), body jsonb NOT NULL)',
);
const app = express();
app.use(express.json({ type: () => true }));
app.get('/readyz', (_request, response) => void response.json({}));
app.post('/', async (request, response) => {
  const { rows } = await pool.query({
    name: 'insert',
    text: 'INSERT INTO yardstick (body) VALUES ($1) RETURNING id',
    values: [request.body],
  });
  response.status(201).json(rows[0]);
});
app.patch('/:id', async (request, response) => {
  const { rows } = await pool.query({
    name: 'update',
    text: 'UPDATE yardstick SET body = body || $2 WHERE id = $1 RETURNING body',
    values: [request.params.id, request.body],
  });
  response.json(rows[0]);
});
app.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
