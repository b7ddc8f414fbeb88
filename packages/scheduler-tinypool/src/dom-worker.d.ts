/** tinypool's types name the DOM's `Worker` for its `resourceLimits`. Without the DOM there is none; ours is not published. */
interface Worker extends Pick<import('node:worker_threads').Worker, 'resourceLimits'> {}
