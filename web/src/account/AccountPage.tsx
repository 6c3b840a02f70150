import { Button, Card, CardBody, CardHeader, CardTitle, Grid, GridItem, PageSection, Title } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";

import { useMay, useSession } from "@/api/session";
import { useT, useWords } from "@/i18n";

import { SecondFactorCard } from "./SecondFactorCard";
import { SessionsCard } from "./SessionsCard";

export function AccountPage() {
  const { t } = useT();
  const words = useWords();
  const may = useMay();
  const session = useSession();
  return (
    <>
      <PageSection className="q-head">
        <div>
          <Title headingLevel="h1">{t("account.title")}</Title>
          <p className="q-lead">{session.user} · {words.state(session.role)}</p>
        </div>
      </PageSection>
      <PageSection>
        <Grid hasGutter>
          <GridItem lg={6} md={12}>
            <div className="q-column">
              <Card>
                <CardHeader><CardTitle component="h2">{t("account.access")}</CardTitle></CardHeader>
                <CardBody>
                  <div className="q-buttons">
                    {may("user", "set-password") ? (
                      <Button variant="secondary" component={(props) => <Link {...props} to="/do/$noun/$verb" params={{ noun: "user", verb: "set-password" }} search={{ name: session.user }} />}>
                        {t("account.password")}
                      </Button>
                    ) : null}
                    <Button variant="secondary" component={(props) => <Link {...props} to="/$noun" params={{ noun: "token" }} />}>
                      {words.nouns("token")}
                    </Button>
                  </div>
                </CardBody>
              </Card>
              <SecondFactorCard />
            </div>
          </GridItem>
          <GridItem lg={6} md={12}><SessionsCard /></GridItem>
        </Grid>
      </PageSection>
    </>
  );
}
