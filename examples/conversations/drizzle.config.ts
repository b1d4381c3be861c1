import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./shared/schema.ts",
  dbCredentials: {
    url: process.env.DATABASE_URL ?? "conversations.db",
  },
});
