-- The database of the story: `users` was pushed from shared/schema.ts; `conversations` was pushed from another branch
-- and holds messages by now. The code does not know of it.
CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text NOT NULL,
	`display_name` text,
	`created_at` integer DEFAULT (unixepoch()) NOT NULL
);
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);
CREATE TABLE `conversations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`title` text NOT NULL,
	`archived` integer DEFAULT false NOT NULL,
	`created_at` integer DEFAULT (unixepoch()) NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE INDEX `conversations_user_id_index` ON `conversations` (`user_id`);

INSERT INTO `users` (`email`, `display_name`) VALUES ('ada@example.com', 'Ada'), ('grace@example.com', 'Grace');
INSERT INTO `conversations` (`user_id`, `title`) VALUES (1, 'Where is my order?'), (1, 'Refund'), (2, 'Thank you');
