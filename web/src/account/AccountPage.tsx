import { Card, CardBody, CardHeader, CardTitle, Grid, GridItem, PageSection, Title } from "@patternfly/react-core";

import { useMay, useSession } from "@/api/session";
import { LinkButton } from "@/frame/LinkButton";
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
                      <LinkButton variant="secondary" to="/do/$noun/$verb" params={{ noun: "user", verb: "set-password" }} search={{ name: session.user }}>
                        {t("account.password")}
                      </LinkButton>
                    ) : null}
                    <LinkButton variant="secondary" to="/$noun" params={{ noun: "token" }}>
                      {words.nouns("token")}
                    </LinkButton>
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
